import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');

/** The schema after a change to one of its files. */
class ChangedSchema {
  private readonly folder = mkdtempSync(join(tmpdir(), 'synod-proto-'));

  constructor(file: string, from: string, to: string) {
    for (const it of ['proto', 'buf.yaml']) cpSync(join(ROOT, it), join(this.folder, it), { recursive: true });
    const path = join(this.folder, 'proto/synod/v1', file);
    const text = readFileSync(path, 'utf8');
    if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
    writeFileSync(path, text.replace(from, to));
  }

  /** What buf says, run here as `npm test` runs it in the repository. */
  buf(...args: readonly string[]): { readonly status: number | null; readonly said: string } {
    const buf = join(ROOT, 'node_modules/@bufbuild/buf/bin/buf');
    const { status, stdout, stderr } = spawnSync(process.execPath, [buf, ...args], {
      cwd: this.folder,
      encoding: 'utf8',
    });
    rmSync(this.folder, { recursive: true });
    return { status, said: stdout + stderr };
  }

  breaking() {
    return this.buf('breaking', 'proto', '--against', join(ROOT, 'proto/baseline.binpb'));
  }
}

describe('a change of the schema', () => {
  it.each([
    ['a field taken away', 'string job_id = 1;', ''],
    ['a field with another number', 'bool replayed = 2;', 'bool replayed = 20;'],
    ['a field of another type', 'uint32 page_size = 1;', 'string page_size = 1;'],
    ['a call taken away', 'rpc CancelJob(CancelJobRequest) returns (CancelJobResponse);', ''],
  ])('%s is refused against the last release', (_what, from, to) => {
    const { status, said } = new ChangedSchema('job_service.proto', from, to).breaking();
    expect(status).not.toBe(0);
    expect(said).toContain('job_service.proto');
  });

  it('a new field is not', () => {
    const added = 'bool replayed = 2;\n  string added_later = 400;';
    expect(new ChangedSchema('job_service.proto', 'bool replayed = 2;', added).breaking()).toEqual({
      status: 0,
      said: '',
    });
  });

  it('lint refuses what is not named as the rest is', () => {
    const { status, said } = new ChangedSchema('job_service.proto', 'bool replayed = 2;', 'bool isReplayed = 2;').buf(
      'lint',
    );
    expect(status).not.toBe(0);
    expect(said).toContain('lower_snake_case');
  });
});
