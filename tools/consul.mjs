// node tools/consul.mjs: prints the path of a Consul binary for the tests. Status 3, and the reason on stderr, when none is to be had.
// Looked for in CONSUL_BIN, in the PATH, in the cache, and then fetched, without installing it, from the package archive that this
// system itself is set up to use: Debian's bullseye still has Consul (1.8.7).
import { execFileSync, spawnSync } from 'node:child_process';
import {
  accessSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './lib/workspace.mjs';

const SUITE = 'bullseye';
const CACHE = join(ROOT, 'node_modules/.cache/synod/consul');
const APT_SOURCES = '/etc/apt/sources.list';
const APT_SOURCES_DIR = '/etc/apt/sources.list.d';
const APT_TIMEOUT_MS = 120_000;

/** `{ path }`, or `{ reason }` why there is none. */
export function findConsul() {
  const given = process.env.CONSUL_BIN;
  if (given) return isConsul(given) ? { path: given } : { reason: `CONSUL_BIN=${given} does not run` };
  const inPath = (process.env.PATH ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, 'consul'))
    .find(isConsul);
  if (inPath) return { path: inPath };
  const cached = join(CACHE, 'consul');
  if (isConsul(cached)) return { path: cached };
  try {
    fetchInto(cached);
    return isConsul(cached) ? { path: cached } : { reason: 'the fetched Consul does not run on this machine' };
  } catch (error) {
    return { reason: `no Consul in CONSUL_BIN or the PATH, and fetching it failed: ${error.message}` };
  }
}

function isConsul(path) {
  try {
    accessSync(path, constants.X_OK);
  } catch {
    return false;
  }
  return spawnSync(path, ['version'], { stdio: 'ignore', timeout: 30_000 }).status === 0;
}

/** The archives of this system: `{ uri, signedBy }`, from one-line and deb822 sources, the distribution's own main archive first. */
export function systemArchives(files = sourceFiles()) {
  const entries = files.flatMap(({ path, text }) => (path.endsWith('.sources') ? deb822(text) : oneLine(text)));
  const usable = entries.filter(
    ({ suites, components }) => suites.some((it) => !/-security|^nodistro/.test(it)) && components.includes('main'),
  );
  const archives = usable.flatMap(({ uris, signedBy }) => uris.map((uri) => ({ uri, signedBy })));
  return archives.filter(({ uri }, index) => archives.findIndex((it) => it.uri === uri) === index);
}

function sourceFiles() {
  const listed = existsSync(APT_SOURCES_DIR)
    ? readdirSync(APT_SOURCES_DIR)
        .filter((name) => /\.(list|sources)$/.test(name))
        .map((name) => join(APT_SOURCES_DIR, name))
    : [];
  return [APT_SOURCES, ...listed].filter(existsSync).map((path) => ({ path, text: readFileSync(path, 'utf8') }));
}

function deb822(text) {
  return text.split(/\n\s*\n/).map((stanza) => {
    const fields = new Map();
    let last;
    for (const line of stanza.split('\n').filter((it) => !it.startsWith('#'))) {
      const [, name, value] = /^([A-Za-z-]+):\s*(.*)$/.exec(line) ?? [];
      if (name) fields.set((last = name.toLowerCase()), value);
      else if (last) fields.set(last, `${fields.get(last)}\n${line}`);
    }
    const words = (name) => (fields.get(name) ?? '').split(/\s+/).filter(Boolean);
    const enabled = (fields.get('enabled') ?? 'yes').trim() !== 'no' && words('types').includes('deb');
    return {
      uris: enabled ? words('uris') : [],
      suites: words('suites'),
      components: words('components'),
      signedBy: fields.get('signed-by'),
    };
  });
}

function oneLine(text) {
  return text.split('\n').flatMap((line) => {
    const [, options = '', uri, suite, components] =
      /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+(.+?)\s*(?:#.*)?$/.exec(line) ?? [];
    if (!uri) return [];
    return [
      {
        uris: [uri],
        suites: [suite],
        components: components.split(/\s+/),
        signedBy: /signed-by=(\S+)/.exec(options)?.[1],
      },
    ];
  });
}

function fetchInto(target) {
  const archives = systemArchives();
  if (archives.length === 0) throw new Error('this system has no Debian package archive set up');
  const failures = [];
  for (const archive of archives) {
    const work = mkdtempSync(join(tmpdir(), 'synod-consul-'));
    try {
      downloadFrom(archive, work);
      mkdirSync(CACHE, { recursive: true });
      // Renamed into place, so that a reader at the same time sees a whole file or none.
      const aside = `${target}.${process.pid}`;
      cpSync(join(work, 'tree/usr/bin/consul'), aside);
      renameSync(aside, target);
      return;
    } catch (error) {
      failures.push(
        String(error.stderr || error.message)
          .trim()
          .split('\n')
          .at(-1),
      );
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  throw new Error(failures.join('; '));
}

/** Fetches and unpacks into `work`, with lists and caches of its own: the system's package state is not touched. */
function downloadFrom({ uri, signedBy }, work) {
  const signature = signedBy === undefined ? '' : `Signed-By: ${signedBy}\n`;
  const sources = join(work, 'synod.sources');
  writeFileSync(sources, `Types: deb\nURIs: ${uri}\nSuites: ${SUITE}\nComponents: main\n${signature}`);
  for (const folder of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(work, folder), { recursive: true });
  const options = [
    `Dir::Etc::sourcelist=${sources}`,
    'Dir::Etc::sourceparts=-',
    `Dir::State::lists=${join(work, 'lists')}`,
    `Dir::Cache=${join(work, 'cache')}`,
    'Acquire::Languages=none',
    'APT::Sandbox::User=root',
  ].flatMap((option) => ['-o', option]);
  const apt = (...args) =>
    execFileSync('apt-get', ['-q', ...options, ...args], {
      cwd: work,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: APT_TIMEOUT_MS,
    });
  apt('update');
  apt('download', 'consul');
  const [archive] = readdirSync(work).filter((name) => name.endsWith('.deb'));
  execFileSync('dpkg', ['-x', join(work, archive), join(work, 'tree')], { stdio: ['ignore', 'pipe', 'pipe'] });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { path, reason } = findConsul();
  if (path) process.stdout.write(`${path}\n`);
  else {
    process.stderr.write(`${reason}\n`);
    process.exitCode = 3;
  }
}
