// What a job runs that writes a fenced file, again and again: `node fenced-writer.cjs HOST PORT NAME WRITES [LATER_WRITES]`.
// After so many writes it ends with status 0; LATER_WRITES counts for every attempt but the first. 0: never. A refused write
// doesn't end it: whether it lives on is for others to decide.
'use strict';
const { request } = require('node:http');

const EVERY_MS = 50;
const [host, port, name, writes, laterWrites = writes] = process.argv.slice(2);
const attempt = process.env.SYNOD_ATTEMPT ?? '0';
const limit = Number(attempt === '1' ? writes : laterWrites);
const headers = { 'synod-fencing-token': process.env.SYNOD_FENCING_TOKEN, 'synod-attempt': attempt };
let done = 0;

function write() {
  const put = request({ host, port: Number(port), path: `/${name}`, method: 'PUT', headers }, (response) => {
    response.resume();
    response.on('end', () => {
      done += 1;
      if (done === limit) process.exit(0);
    });
  });
  put.on('error', () => undefined);
  put.end(`${attempt} ${done}\n`);
}

write();
setInterval(write, EVERY_MS);
