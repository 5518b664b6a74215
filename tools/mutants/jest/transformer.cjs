// @swc/jest, but the files that a mutant changes have the mutant's text. The cache is keyed by that text.
const { readFileSync } = require('node:fs');
const swc = require('@swc/jest');

/** Written by tools/mutants/unit.mjs: absolute path to text. */
const texts = JSON.parse(readFileSync(process.env.SYNOD_MUTANT_FILES, 'utf8'));
const textOf = (path, source) => (Object.hasOwn(texts, path) ? texts[path] : source);

module.exports = {
  createTransformer(options) {
    const inner = swc.createTransformer(options);
    return {
      canInstrument: inner.canInstrument,
      process: (source, path, jest) => inner.process(textOf(path, source), path, jest),
      getCacheKey: (source, path, jest) => inner.getCacheKey(textOf(path, source), path, jest),
    };
  },
};
