// npm run sync: makes package.json dependencies between projects, and the references of tsconfig files, follow the imports.
//   --check   change nothing; exit 1 and say what differs
// A project imported by sources becomes a dependency, one imported by spec files alone a devDependency. Packages from npm are
// added by hand to the package.json that imports them: here they are only checked.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, relative } from 'node:path';
import * as prettier from 'prettier';
import ts from 'typescript';
import { ROOT, filesUnder, isTestFile, projects, readJson } from './lib/workspace.mjs';

const check = process.argv.includes('--check');
const SCOPE = '@synod/';

const all = projects();
const byPackage = new Map(all.map((project) => [project.manifest.name, project]));
const problems = [];
let manifestsChanged = false;

/** The packages imported by the files of a project: `{ sources, tests }`, each a sorted list of package names. */
function importsOf(project) {
  const found = { sources: new Set(), tests: new Set() };
  for (const file of filesUnder(join(ROOT, project.root, 'src'), (path) => path.endsWith('.ts'))) {
    const { importedFiles } = ts.preProcessFile(readFileSync(file, 'utf8'), true, true);
    for (const { fileName: specifier } of importedFiles) {
      if (specifier.startsWith('.') || specifier.startsWith('node:') || builtinModules.includes(specifier)) continue;
      const name = specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/');
      if (name !== project.manifest.name) found[isTestFile(file) ? 'tests' : 'sources'].add(name);
    }
  }
  const sources = [...found.sources].sort();
  return { sources, tests: [...found.tests].filter((name) => !found.sources.has(name)).sort() };
}

/** Writes `value` as prettier formats it, so that a formatted file stays as it is. */
async function put(path, value) {
  const options = await prettier.resolveConfig(path);
  const text = await prettier.format(JSON.stringify(value, null, 2), { ...options, filepath: path });
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return false;
  problems.push(`${relative(ROOT, path)} ${check ? 'is out of date' : 'updated'}`);
  if (!check) writeFileSync(path, text);
  return true;
}

const isOurs = (name) => name.startsWith(SCOPE);
const sortKeys = (object) => Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));

async function syncManifest(project, imports) {
  const { dependencies = {}, devDependencies = {}, ...rest } = project.manifest;
  const external = (section) => Object.entries(section).filter(([name]) => !isOurs(name));
  const ours = (names) => names.filter(isOurs).map((name) => [name, '*']);
  const root = readJson(join(ROOT, 'package.json')).devDependencies;
  for (const name of [...imports.sources, ...imports.tests]) {
    if (isOurs(name) && !byPackage.has(name)) problems.push(`${project.root} imports ${name}, which does not exist`);
    const listed =
      dependencies[name] ?? (imports.tests.includes(name) ? (devDependencies[name] ?? root[name]) : undefined);
    if (!isOurs(name) && listed === undefined && !(project.manifest.nx.tags.includes('layer:tool') && root[name]))
      problems.push(`${project.root} imports ${name}, which its package.json does not list`);
  }
  const next = {
    ...rest,
    dependencies: sortKeys(Object.fromEntries([...external(dependencies), ...ours(imports.sources)])),
    devDependencies: sortKeys(Object.fromEntries([...external(devDependencies), ...ours(imports.tests)])),
  };
  for (const section of ['dependencies', 'devDependencies'])
    if (Object.keys(next[section]).length === 0) delete next[section];
  if (await put(join(ROOT, project.root, 'package.json'), next)) manifestsChanged = true;
}

async function syncReferences(project, imports) {
  const reference = (name) => {
    const target = byPackage.get(name)?.root;
    return target === undefined ? [] : [{ path: `${relative(project.root, target)}/tsconfig.lib.json` }];
  };
  const write = async (file, names, own) => {
    const path = join(ROOT, project.root, file);
    if (!existsSync(path)) return;
    const references = [...own, ...names.filter(isOurs).flatMap(reference)];
    await put(path, { ...readJson(path), references });
  };
  const hasSources = existsSync(join(ROOT, project.root, 'tsconfig.lib.json'));
  await write('tsconfig.lib.json', imports.sources, []);
  const both = [...imports.sources, ...imports.tests].sort();
  await write('tsconfig.spec.json', both, hasSources ? [{ path: './tsconfig.lib.json' }] : []);
}

for (const project of all) {
  const imports = importsOf(project);
  await syncManifest(project, imports);
  await syncReferences(project, imports);
}
if (manifestsChanged && !check) {
  execFileSync('npm', ['install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
for (const problem of problems) process.stdout.write(`${problem}\n`);
const unfixed = check ? problems : problems.filter((problem) => problem.includes(' imports '));
if (unfixed.length > 0) {
  if (check)
    process.stdout.write(
      'run `npm run sync`, and list npm packages in the package.json of the project that imports them\n',
    );
  process.exitCode = 1;
}
