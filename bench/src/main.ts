process.stderr.write('bench: not written yet\n');
process.exitCode = 70;
export {};
