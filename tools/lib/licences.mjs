// The licences of what a bundle holds of others, as their authors published them.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, readJson } from './workspace.mjs';

const INSIDE = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;
const LICENCE = /^(licen[cs]e|notice|copying)(\.\w+)?$/i;

/** Text of all licences and notices of the npm packages in a bundle, from esbuild's metafile. */
export function licencesOf({ inputs }) {
  const folders = new Set(Object.keys(inputs).flatMap((path) => INSIDE.exec(path)?.[1] ?? []));
  const parts = [...folders].sort().map((folder) => {
    const { name, version, license } = readJson(join(ROOT, folder, 'package.json'));
    const files = readdirSync(join(ROOT, folder)).filter((file) => LICENCE.test(file));
    const texts = files.sort().map((file) => readFileSync(join(ROOT, folder, file), 'utf8').trim());
    return [`${name} ${version}, ${license}`, ...texts].join('\n\n');
  });
  return `This package holds code of others:\n\n${parts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}
