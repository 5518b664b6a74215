import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, until } from './index.js';

describe('a program that starts a cluster for itself', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'takes its processes and their directory with it on %s',
    async (signal) => {
      const temporary = mkdtempSync(join(tmpdir(), 'synod-leftovers-'));
      const script = join(ROOT, 'dist', 'bench', 'main.cjs');
      const bench = spawn(process.execPath, [script, 'life', '--rounds', '100'], {
        env: { ...process.env, TMPDIR: temporary },
        stdio: 'ignore',
      });
      try {
        const ended = once(bench, 'exit');
        const running = await until('coordinators of its own', () => {
          const found = commandsWith(temporary).filter((command) => command.includes('coordinator'));
          return found.length === 3 ? found : undefined;
        });
        expect(running).toHaveLength(3);
        bench.kill(signal);
        expect((await ended)[0]).toBe(signal === 'SIGTERM' ? 143 : 130);
        await until('the end of all of them', () => (commandsWith(temporary).length === 0 ? true : undefined), 5_000);
        expect(readdirSync(temporary).filter((name) => name.startsWith('synod-e2e-'))).toEqual([]);
      } finally {
        bench.kill('SIGKILL');
        rmSync(temporary, { recursive: true, force: true });
      }
    },
    60_000,
  );
});

/** Command lines of running processes that have this in them. */
function commandsWith(text: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        // It ended meanwhile.
        return '';
      }
    })
    .filter((command) => command.includes(text));
}
