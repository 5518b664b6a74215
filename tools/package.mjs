// node tools/package.mjs APP: packs dist/apps/APP into dist/packages/synod-APP-VERSION.tgz, which needs Node alone: unpack it anywhere.
// Native libraries inside are those of the machine that packs. That of the command line is an npm package too (synod, with the
// command of that name) and brings the programs that `synod dev` starts.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT, readJson } from './lib/workspace.mjs';

/** What `synod dev` runs, beside the command line itself. */
const DEV_APPS = ['coordinator', 'worker-agent', 'registry'];

const [app] = process.argv.slice(2);
const built = (name) => join(ROOT, 'dist/apps', name);
for (const name of app === 'cli' ? [app, ...DEV_APPS] : [app ?? '']) {
  if (name !== '' && existsSync(join(built(name), 'package.json'))) continue;
  process.stderr.write('usage: node tools/package.mjs APP, after `npx nx build APP`\n');
  process.exit(2);
}

const { version, license, description } = { description: '', ...readJson(join(built(app), 'package.json')) };
const name = `synod-${app}-${version}`;
const packages = join(ROOT, 'dist/packages');
const staging = join(packages, `.staging-${app}`);
const target = join(staging, name);
rmSync(staging, { recursive: true, force: true });
mkdirSync(staging, { recursive: true });
try {
  if (app === 'cli') layCommandLine();
  else cpSync(built(app), target, { recursive: true });
  copyFileSync(join(ROOT, 'LICENSE'), join(target, 'LICENSE'));
  execFileSync('tar', ['-czf', join(packages, `${name}.tgz`), '-C', staging, name], { stdio: 'inherit' });
} finally {
  rmSync(staging, { recursive: true, force: true });
}
process.stdout.write(`${relative(ROOT, join(packages, `${name}.tgz`))}\n`);

/**
 * apps/cli with the apps that it starts as its neighbours, as in dist/, and one copy of the native packages above them. They are
 * where Node finds them and npm does not look: an install has nothing to fetch and no script to run.
 */
function layCommandLine() {
  const apps = join(target, 'apps');
  for (const it of ['cli', ...DEV_APPS]) {
    cpSync(built(it), join(apps, it), { recursive: true, filter: (path) => !path.endsWith('.map') });
    const native = join(apps, it, 'node_modules');
    if (!existsSync(native)) continue;
    if (existsSync(join(apps, 'node_modules'))) rmSync(native, { recursive: true });
    else renameSync(native, join(apps, 'node_modules'));
  }
  writeFileSync(join(target, 'main.cjs'), "#!/usr/bin/env node\nrequire('./apps/cli/main.cjs');\n");
  chmodSync(join(target, 'main.cjs'), 0o755);
  copyFileSync(join(ROOT, 'apps/cli/README.md'), join(target, 'README.md'));
  const manifest = {
    ...{
      name: 'synod',
      version,
      license,
      description: description || readJson(join(ROOT, 'package.json')).description,
    },
    ...{ type: 'commonjs', bin: { synod: 'main.cjs' }, engines: readJson(join(ROOT, 'package.json')).engines },
    // The native library inside is of this machine: elsewhere npm refuses, rather than the coordinator at its start.
    ...{ os: [process.platform], cpu: [process.arch] },
  };
  writeFileSync(join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}
