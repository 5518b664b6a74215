// The workspace as its package.json files describe it. Node built-ins only: this runs before anything is installed.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** Code that Synod may import but does not own is not ours to scan; spec files are told apart by their names. */
export const isTestFile = (path) => /\.(spec|spec-support)\.ts$/.test(path);

/** All projects, sorted by folder: `{ root, name, manifest }`, `root` relative to the repository. */
export function projects() {
  const { workspaces } = readJson(join(ROOT, 'package.json'));
  const roots = workspaces.flatMap((glob) =>
    glob.endsWith('/*')
      ? readdirSync(join(ROOT, glob.slice(0, -2))).map((entry) => `${glob.slice(0, -2)}/${entry}`)
      : [glob],
  );
  return roots
    .filter((root) => existsSync(join(ROOT, root, 'package.json')))
    .sort()
    .map((root) => {
      const manifest = readJson(join(ROOT, root, 'package.json'));
      return { root, name: manifest.nx.name, manifest };
    });
}

export function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** Every file under `folder` whose path passes `accept`, as absolute paths in sorted order. */
export function filesUnder(folder, accept) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter(accept)
    .sort();
}
