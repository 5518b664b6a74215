process.stderr.write('cli: not written yet\n');
process.exitCode = 70;
export {};
