process.stderr.write('coordinator: not written yet\n');
process.exitCode = 70;
export {};
