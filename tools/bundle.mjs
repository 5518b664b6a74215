// node tools/bundle.mjs APP: bundles an app (or bench) and its closure to dist/apps/APP/<entry>.cjs, which needs Node alone.
// Entries are those of `synod.entries` in the app's package.json. Native packages, where imported, are copied beside the bundle.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { NATIVE_PACKAGES, copyPackage, importedNativePackages, protoAssets } from './lib/bundle-assets.mjs';
import { ROOT, projects } from './lib/workspace.mjs';

const [app] = process.argv.slice(2);
const project = projects().find(({ name }) => name === app);
if (project === undefined) {
  process.stderr.write('usage: node tools/bundle.mjs APP, where APP is the name of a project\n');
  process.exit(2);
}

const { manifest } = project;
const folder = join(ROOT, project.root);
const declared = Object.entries(manifest.synod?.entries ?? { main: 'src/main.ts' });
const entries = declared.filter(([, file]) => existsSync(join(folder, file)));
const outdir = join(ROOT, 'dist', project.root);

rmSync(outdir, { recursive: true, force: true });
mkdirSync(outdir, { recursive: true });
const { metafile } = await build({
  entryPoints: entries.map(([out, file]) => ({ out, in: join(folder, file) })),
  outdir,
  outExtension: { '.js': '.cjs' },
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  sourcemap: 'linked',
  sourcesContent: false,
  keepNames: true,
  metafile: true,
  logLevel: 'warning',
  external: NATIVE_PACKAGES,
  define: { 'process.env.SYNOD_BUILD_VERSION': JSON.stringify(manifest.version) },
  plugins: [protoAssets(outdir)],
});

for (const name of importedNativePackages(metafile)) copyPackage(name, importerOf(name), join(outdir, 'node_modules'));

writeFileSync(
  join(outdir, 'package.json'),
  `${JSON.stringify({ name: `synod-${app}`, version: manifest.version, license: manifest.license, private: true, type: 'commonjs', bin: { [app === 'cli' ? 'synod' : `synod-${app}`]: 'main.cjs' } }, null, 2)}\n`,
);
for (const [file, { bytes }] of Object.entries(metafile.outputs)) {
  if (file.endsWith('.cjs')) process.stdout.write(`${file}  ${Math.ceil(bytes / 1024)} KiB\n`);
}

/** A folder of the workspace that imports the package `name`: where npm put it is looked up from there. */
function importerOf(name) {
  const [input] =
    Object.entries(metafile.inputs).find(([, { imports }]) => imports.some((it) => it.path === name)) ?? [];
  return join(ROOT, input, '..');
}
