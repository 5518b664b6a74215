import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Programs in place of the real apps: they print the ready line, write their id into the file `stopped` when they are stopped,
 * and do what a file `<id>.does` beside them says: `fail` or `ignore` (SIGTERM).
 */
const PROGRAM = `
const fs = require('node:fs'), path = require('node:path');
const id = process.argv[process.argv.indexOf('--id') + 1];
const root = path.dirname(__dirname);
const does = fs.existsSync(path.join(root, id + '.does')) ? fs.readFileSync(path.join(root, id + '.does'), 'utf8') : '';
fs.appendFileSync(path.join(root, 'started'), id + ' ' + process.argv.slice(2).join(' ') + '\\n');
if (does === 'fail') {
  process.stderr.write(id + ': the disk is full; make room\\n');
  process.exit(1);
}
process.on('SIGTERM', () => {
  if (does === 'ignore') return;
  fs.appendFileSync(path.join(root, 'stopped'), id + '\\n');
  process.exit(0);
});
process.stdout.write(JSON.stringify({ ready: true, id }) + '\\n');
setInterval(() => undefined, 1000);
`;

export class FakeApps {
  constructor(readonly directory: string) {
    for (const app of ['coordinator', 'registry', 'worker-agent']) {
      mkdirSync(join(directory, app), { recursive: true });
      writeFileSync(join(directory, app, 'main.cjs'), PROGRAM);
    }
  }

  let(id: string, does: 'fail' | 'ignore'): void {
    writeFileSync(join(this.directory, `${id}.does`), does);
  }

  /** Lines of the file that all of them write: ids in the order in which they stopped, or ids and arguments as they started. */
  lines(file: 'started' | 'stopped'): string[] {
    try {
      return readFileSync(join(this.directory, file), 'utf8').trimEnd().split('\n');
    } catch {
      return [];
    }
  }
}
