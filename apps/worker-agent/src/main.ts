process.stderr.write('worker-agent: not written yet\n');
process.exitCode = 70;
export {};
