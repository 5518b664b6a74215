import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');

/** Path and contents of every file of a folder. */
function contents(folder: string): ReadonlyMap<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  return new Map(paths.sort().map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
}

describe('generated wire types', () => {
  const folder = mkdtempSync(join(tmpdir(), 'synod-codegen-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are what `npm run codegen` makes of proto/ today', () => {
    const out = join(folder, 'generated');
    execFileSync(process.execPath, [join(ROOT, 'tools/codegen.mjs'), '--out', out], { stdio: 'pipe' });

    const fresh = contents(out);
    const committed = contents(join(ROOT, 'libs/wire/src/generated'));
    expect([...committed.keys()]).toEqual([...fresh.keys()]);
    expect([...fresh].filter(([path, text]) => committed.get(path) !== text).map(([path]) => path)).toEqual([]);
  });
});
