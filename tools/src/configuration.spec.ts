import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

describe('docs/configuration.md', () => {
  it('is what `node tools/configuration.mjs` makes of the options today', () => {
    const { status, stderr } = spawnSync(process.execPath, [join(__dirname, '../configuration.mjs'), '--check'], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
