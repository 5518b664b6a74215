// node tools/package-client.mjs: makes dist/packages/synod-client-VERSION.tgz, the npm package @synod/client.
// It needs Node alone: what it imports is inside, so that it installs without a registry and speaks with the gRPC library that it
// was tested with. ESM and CommonJS share one copy of the code; the types are one file that names nothing from outside.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import { licencesOf } from './lib/licences.mjs';
import { ROOT, readJson } from './lib/workspace.mjs';

const source = join(ROOT, 'libs/client');
const { version, description, license, engines = {} } = readJson(join(source, 'package.json'));
const packages = join(ROOT, 'dist/packages');
const staging = join(packages, '.staging-client');
const target = join(staging, 'package');

rmSync(staging, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
try {
  const metafile = await bundleCode();
  bundleTypes();
  writeFileSync(join(target, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`);
  writeFileSync(join(target, 'THIRD_PARTY_LICENSES.txt'), licencesOf(metafile));
  copyFileSync(join(source, 'README.md'), join(target, 'README.md'));
  copyFileSync(join(ROOT, 'LICENSE'), join(target, 'LICENSE'));
  // npm's own packing and publint's rules: what they refuse is not a package.
  execFileSync(process.execPath, [join(ROOT, 'node_modules/publint/src/cli.js'), 'run', target, '--strict'], {
    stdio: 'inherit',
  });
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  execFileSync(npm, ['pack', target, '--pack-destination', staging, '--silent'], { stdio: ['ignore', 'ignore', 2] });
  const archive = `synod-client-${version}.tgz`;
  renameSync(join(staging, archive), join(packages, archive));
  process.stdout.write(`${relative(ROOT, join(packages, archive))}\n`);
} finally {
  rmSync(staging, { recursive: true, force: true });
}

function manifest() {
  return {
    ...{ name: '@synod/client', version, description, license, type: 'module', sideEffects: false },
    engines: { node: engines.node ?? readJson(join(ROOT, 'package.json')).engines.node },
    main: './index.cjs',
    types: './index.d.ts',
    exports: {
      '.': {
        import: { types: './index.d.ts', default: './index.js' },
        require: { types: './index.d.cts', default: './index.cjs' },
      },
      './package.json': './package.json',
    },
  };
}

/** One CommonJS file with all that it needs, and an ES module that exports the same objects: `instanceof` holds across both. */
async function bundleCode() {
  const { metafile } = await build({
    entryPoints: [join(source, 'src/index.ts')],
    outfile: join(target, 'index.cjs'),
    absWorkingDir: ROOT,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    keepNames: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  });
  const names = exportsOf(join(target, 'index.cjs')).sort();
  writeFileSync(
    join(target, 'index.js'),
    `import client from './index.cjs';\n\nexport const { ${names.join(', ')} } = client;\n`,
  );
  return metafile;
}

/** What a CommonJS module exports, as Node sees it. */
function exportsOf(file) {
  const code = `process.stdout.write(JSON.stringify(Object.keys(require(${JSON.stringify(file)}))))`;
  return JSON.parse(execFileSync(process.execPath, ['-e', code], { encoding: 'utf8' }));
}

/** The declarations without what is marked @internal, rolled into one file; it may name no package, and nothing of the wire. */
function bundleTypes() {
  const emitted = join(staging, 'emitted');
  const emitConfig = join(staging, 'tsconfig.emit.json');
  const rollConfig = join(staging, 'tsconfig.roll.json');
  const shared = { types: ['node'], typeRoots: [join(ROOT, 'node_modules/@types')], skipLibCheck: true };
  writeJson(emitConfig, {
    extends: join(ROOT, 'tsconfig.base.json'),
    compilerOptions: {
      ...shared,
      ...{ stripInternal: true, composite: false, incremental: false, declarationMap: false },
      ...{ outDir: emitted, rootDir: join(ROOT, 'libs') },
    },
    files: ['client', 'base', 'rpc'].map((lib) => join(ROOT, 'libs', lib, 'src/index.ts')),
  });
  node('typescript/bin/tsc', '-p', emitConfig);
  const declared = (lib) => join(emitted, lib, 'src/index.d.ts');
  const noWire = join(staging, 'wire.d.ts');
  writeFileSync(noWire, 'export {};\n');
  writeJson(rollConfig, {
    compilerOptions: {
      ...shared,
      ...{ target: 'es2023', module: 'nodenext', moduleResolution: 'nodenext', strict: true },
      // Nothing of the wire is part of the API: it is empty here, and whatever names it is found below.
      paths: { '@synod/base': [declared('base')], '@synod/rpc': [declared('rpc')], '@synod/wire': [noWire] },
    },
    files: [declared('client')],
  });
  const out = join(target, 'index.d.ts');
  const flags = ['--no-check', '--silent', '--no-banner', '--export-referenced-types=false'];
  node(
    'dts-bundle-generator/dist/bin/dts-bundle-generator.js',
    ...['--project', rollConfig, ...flags, '--out-file', out, declared('client')],
  );
  const text = readFileSync(out, 'utf8');
  const leaks = text.match(/^import .*|\bWire[A-Z]\w*|@grpc|\bCalls\b(?= *[,;:)])/gm);
  if (leaks !== null) {
    process.stderr.write(`the types of @synod/client name what users can't have: ${[...new Set(leaks)].join(', ')}\n`);
    process.exit(1);
  }
  copyFileSync(out, join(target, 'index.d.cts'));
}

function node(script, ...args) {
  execFileSync(process.execPath, [join(ROOT, 'node_modules', script), ...args], { stdio: ['ignore', 2, 2] });
}

function writeJson(file, value) {
  writeFileSync(file, JSON.stringify(value, null, 2));
}
