import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const TOOLS = join(__dirname, '..');

/** Evaluates `expression` with the exports of a module of tools/ in scope as `it`, in a process of its own: its status, and its result as JSON. */
function evaluate(module: string, expression: string): { status: number | null; stderr: string; result: unknown } {
  const url = JSON.stringify(`file://${join(TOOLS, module)}`);
  const code = `const it = await import(${url}); process.stdout.write(JSON.stringify(${expression}) ?? 'null');`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    encoding: 'utf8',
  });
  return { status, stderr, result: status === 0 ? (JSON.parse(stdout) as unknown) : undefined };
}

describe('Node versions', () => {
  it.each(['20.19.0', '20.20.2', '22.13.0', '24.0.0', '26.1.0'])('%s is accepted', (version) => {
    expect(evaluate('lib/ensure.mjs', `it.requireNode('${version}')`).status).toBe(0);
  });

  it.each(['18.20.0', '20.18.3', '21.7.0'])('%s is refused, and the message names it', (version) => {
    const { status, stderr } = evaluate('lib/ensure.mjs', `it.requireNode('${version}')`);
    expect(status).toBe(1);
    expect(stderr).toContain(version);
  });
});

describe('the archives that Consul may come from', () => {
  it('are read from deb822 sources, without disabled, foreign and security ones', () => {
    const text = [
      'Types: deb\n# a comment\nURIs: mirror://a mirror://b\nSuites: bookworm bookworm-updates\nComponents: main\nSigned-By: /keys/debian.gpg',
      'Types: deb\nURIs: mirror://security\nSuites: bookworm-security\nComponents: main',
      'Enabled: no\nTypes: deb\nURIs: mirror://off\nSuites: bookworm\nComponents: main',
      'Types: deb-src\nURIs: mirror://src\nSuites: bookworm\nComponents: main',
      'Types: deb\nURIs: mirror://node\nSuites: nodistro\nComponents: main',
    ].join('\n\n');
    const files = JSON.stringify([{ path: 'debian.sources', text }]);
    expect(evaluate('consul.mjs', `it.systemArchives(${files})`).result).toEqual([
      { uri: 'mirror://a', signedBy: '/keys/debian.gpg' },
      { uri: 'mirror://b', signedBy: '/keys/debian.gpg' },
    ]);
  });

  it('are read from one-line sources', () => {
    const text =
      '# deb mirror://off x main\ndeb [arch=amd64 signed-by=/keys/d.gpg] mirror://a bookworm main contrib\ndeb mirror://a bookworm-updates main\n';
    const files = JSON.stringify([{ path: 'sources.list', text }]);
    expect(evaluate('consul.mjs', `it.systemArchives(${files})`).result).toEqual([
      { uri: 'mirror://a', signedBy: '/keys/d.gpg' },
    ]);
  });
});

describe('tools/consul.mjs', () => {
  it('without a binary that runs: status 3, nothing on stdout, the reason on stderr', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(TOOLS, 'consul.mjs')], {
      encoding: 'utf8',
      env: { ...process.env, CONSUL_BIN: '/nowhere/consul' },
    });
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
    expect(stderr).toContain('CONSUL_BIN=/nowhere/consul');
  });
});
