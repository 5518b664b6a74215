// A small file server whose files are fenced: each remembers the highest fencing token that has written it and refuses lower ones.
// `node fenced-files.cjs HOST PORT JOURNAL`; port 0 takes a free one. Prints `PORT` when it listens.
// PUT /NAME with the headers synod-fencing-token and synod-attempt replaces a file: 204, or 412 for a token below the highest.
// GET /NAME gives it. Each write that comes is a line of the journal: name, attempt, token, accepted or refused, time in ms.
'use strict';
const { appendFileSync } = require('node:fs');
const { createServer } = require('node:http');

const [host, port, journal] = process.argv.slice(2);
/** @type {Map<string, { token: bigint, text: string }>} */
const files = new Map();

const server = createServer((request, response) => {
  const name = (request.url ?? '/').slice(1);
  let text = '';
  request.setEncoding('utf8');
  request.on('data', (chunk) => (text += chunk));
  request.on('end', () => {
    const file = files.get(name);
    if (request.method === 'GET') {
      response.writeHead(file === undefined ? 404 : 200).end(file?.text ?? '');
      return;
    }
    const given = String(request.headers['synod-fencing-token'] ?? '');
    if (!/^\d+$/.test(given)) {
      response.writeHead(428).end('a write needs the header synod-fencing-token\n');
      return;
    }
    const token = BigInt(given);
    const accepted = file === undefined || token >= file.token;
    if (accepted) files.set(name, { token, text });
    const attempt = String(request.headers['synod-attempt'] ?? '0');
    appendFileSync(journal, `${name} ${attempt} ${given} ${accepted ? 'accepted' : 'refused'} ${Date.now()}\n`);
    response.writeHead(accepted ? 204 : 412).end();
  });
});

server.listen(Number(port), host, () => process.stdout.write(`${server.address().port}\n`));
