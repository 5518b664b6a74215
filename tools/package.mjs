// node tools/package.mjs APP: packs dist/apps/APP into dist/packages/synod-APP-VERSION.tgz, which needs Node alone.
// Native libraries inside are those of the machine that packs.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT, readJson } from './lib/workspace.mjs';

const [app] = process.argv.slice(2);
const built = join(ROOT, 'dist/apps', app ?? '');
if (!app || !existsSync(join(built, 'package.json'))) {
  process.stderr.write('usage: node tools/package.mjs APP, after `npx nx build APP`\n');
  process.exit(2);
}

const name = `synod-${app}-${readJson(join(built, 'package.json')).version}`;
const packages = join(ROOT, 'dist/packages');
const staging = join(packages, `.staging-${app}`);
rmSync(staging, { recursive: true, force: true });
mkdirSync(staging, { recursive: true });
try {
  cpSync(built, join(staging, name), { recursive: true });
  for (const file of ['LICENSE']) cpSync(join(ROOT, file), join(staging, name, file));
  execFileSync('tar', ['-czf', join(packages, `${name}.tgz`), '-C', staging, name], { stdio: 'inherit' });
} finally {
  rmSync(staging, { recursive: true, force: true });
}
process.stdout.write(`${relative(ROOT, join(packages, `${name}.tgz`))}\n`);
