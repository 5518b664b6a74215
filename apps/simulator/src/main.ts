process.stderr.write('simulator: not written yet\n');
process.exitCode = 70;
export {};
