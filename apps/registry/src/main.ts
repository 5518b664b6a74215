process.stderr.write('registry: not written yet\n');
process.exitCode = 70;
export {};
