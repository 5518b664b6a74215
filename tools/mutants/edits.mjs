// A mutant's edits, applied to the text of files. Nothing is written: what a mutant looks like exists in memory and in a temporary folder.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transform } from 'esbuild';

/** The source is no longer what the mutant was made for: an error of the run, as a mutant that is not applied proves nothing. */
export class AnchorError extends Error {
  name = 'AnchorError';

  constructor(file, count, find) {
    super(
      `${file}: the anchor ${count === 0 ? 'is not there' : `is there ${count} times`}: ${find.trim().split('\n')[0]}`,
    );
    this.file = file;
    this.count = count;
  }
}

/** `text` with the one occurrence of `find` replaced. White space in `find` stands for any white space, so that re-wrapped code still matches. */
export function applyEdit(text, { file, find, replace }) {
  const pattern = find
    .trim()
    .split(/\s+/)
    .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('\\s+');
  const count = [...text.matchAll(new RegExp(pattern, 'g'))].length;
  if (count !== 1) throw new AnchorError(file, count, find);
  const mutated = text.replace(new RegExp(pattern), () => replace);
  if (mutated === text) throw new Error(`${file}: the edit changes nothing: ${find}`);
  return mutated;
}

/** Absolute path and mutated text of every file that `mutant` changes, as an object. Throws an `AnchorError`. */
export function mutatedFiles(mutant, root, read = (path) => readFileSync(path, 'utf8')) {
  const files = {};
  for (const edit of mutant.edits) {
    const path = join(root, edit.file);
    files[path] = applyEdit(files[path] ?? read(path), edit);
  }
  return files;
}

/** What keeps mutants from being applied, in sentences: anchors that are gone, and results that are no TypeScript. */
export async function checkAnchors(mutants, root) {
  const problems = [];
  for (const mutant of mutants) {
    try {
      for (const contents of Object.values(mutatedFiles(mutant, root)))
        await transform(contents, { loader: 'ts', logLevel: 'silent' });
    } catch (error) {
      problems.push(`${mutant.id}: ${error.message}`);
    }
  }
  return problems;
}
