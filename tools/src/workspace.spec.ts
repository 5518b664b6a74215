import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');

interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as T;
}

const packages = readJson<{ packages: Readonly<Record<string, LockedPackage>> }>('package-lock.json').packages;
const manifestPaths = execFileSync('git', ['ls-files', '*package.json'], { cwd: ROOT, encoding: 'utf8' })
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(ROOT, path)));

describe('lock file', () => {
  it('holds no download addresses', () => {
    const addresses = Object.entries(packages).filter(([, it]) => it.link !== true && it.resolved !== undefined);
    expect(addresses).toEqual([]);
  });

  it('holds every optional package of a platform, or `npm ci` fails elsewhere', () => {
    const names = new Set(
      Object.keys(packages).map((path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)),
    );
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => !names.has(name))
        .map((name) => `${path} -> ${name}`),
    );
    expect(missing).toEqual([]);
  });
});

describe('package.json files', () => {
  it('name exact versions', () => {
    const loose = manifestPaths.flatMap((path) => {
      const { dependencies = {}, devDependencies = {} } = readJson<Manifest>(path);
      return Object.entries({ ...dependencies, ...devDependencies })
        .filter(([name, version]) =>
          name.startsWith('@synod/') ? version !== '*' : !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
        )
        .map(([name, version]) => `${path}: ${name}@${version}`);
    });
    expect(loose).toEqual([]);
  });
});
