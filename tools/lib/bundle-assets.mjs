// What a bundle needs beside its JavaScript: native packages, and the .proto files that gRPC's own packages read at run time.
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative, sep } from 'node:path';
import { readJson } from './workspace.mjs';

/** Packages that stay out of the bundle, because they load a native library from their own folder. */
export const NATIVE_PACKAGES = ['lmdb'];

/** Needed to build a native package, not to run it. */
const BUILD_ONLY = new Set(['node-addon-api', 'node-gyp', 'prebuildify-ci']);

/** The folder that Node would load `name` from, for a file in `from`; undefined when it is not installed (an optional package). */
function packageFolder(name, from) {
  const lookups = createRequire(join(from, 'package.json')).resolve.paths(name) ?? [];
  return lookups.map((lookup) => join(lookup, name)).find((folder) => existsSync(join(folder, 'package.json')));
}

/** Copies `name` and all that it needs at run time into `modules` (a node_modules folder), without what is only of use to its authors. */
export function copyPackage(name, from, modules, seen = new Set()) {
  const folder = packageFolder(name, from);
  if (folder === undefined || seen.has(folder)) return;
  seen.add(folder);
  const manifest = readJson(join(folder, 'package.json'));
  const target = join(modules, name);
  mkdirSync(dirname(target), { recursive: true });
  cpSync(folder, target, {
    recursive: true,
    dereference: true,
    filter: (path) => isRuntimeFile(relative(folder, path)),
  });
  for (const dependency of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })) {
    // msgpackr runs without its native helper; everything else that is installed comes along.
    if (BUILD_ONLY.has(dependency) || dependency === 'msgpackr-extract') continue;
    copyPackage(dependency, folder, modules, seen);
  }
}

const NOT_AT_RUN_TIME = new Set([
  'node_modules',
  'src',
  'dependencies',
  'bin',
  'test',
  'tests',
  'docs',
  'dict',
  'util',
  'assets',
  'benchmark',
]);

function isRuntimeFile(path) {
  if (path === '') return true;
  if (NOT_AT_RUN_TIME.has(path.split(sep)[0]) || path.startsWith('.')) return false;
  return (
    !/\.(map|md|ts|mts|cts|gyp|h|cpp)$/.test(path) &&
    !/(^|\/)(rollup\.config|webpack\.config)/.test(path) &&
    !path.endsWith('.min.js')
  );
}

/** esbuild plugin: gRPC's packages find their .proto files relative to themselves; point them to copies beside the bundle. */
export function protoAssets(outdir) {
  return {
    name: 'proto-assets',
    setup(build) {
      build.onLoad(
        { filter: /[\\/](@grpc[\\/]reflection|grpc-health-check)[\\/]build[\\/]src[\\/].*\.js$/ },
        ({ path }) => {
          const code = readFileSync(path, 'utf8');
          if (!code.includes('__dirname')) return undefined;
          const [root] = path.split(/[\\/]build[\\/]src[\\/]/);
          // Both say __dirname + '../../proto', from build/src or build/src/implementations.
          const proto = join(dirname(path), '../../proto');
          if (!existsSync(proto)) throw new Error(`${path}: its .proto files are not where they were`);
          const place = join('proto-assets', basename(root));
          cpSync(proto, join(outdir, place, 'proto'), { recursive: true, filter: (it) => basename(it) !== 'sample' });
          const here = `require('node:path').join(__dirname, ${JSON.stringify(join(place, 'build', 'src'))})`;
          return { contents: code.replace(/\b__dirname\b/g, here), loader: 'js' };
        },
      );
    },
  };
}

/** The native packages that a bundle really imports, from esbuild's metafile. */
export function importedNativePackages(metafile) {
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  return NATIVE_PACKAGES.filter((name) => imports.some((it) => it.external && it.path === name));
}
