// A project's own jest.config.cjs with the mutant's transformer in it. Environment: SYNOD_MUTANT_PROJECT (its folder), SYNOD_MUTANT_FILES, SYNOD_MUTANT_CACHE.
const { join } = require('node:path');

const project = require(join(process.env.SYNOD_MUTANT_PROJECT, 'jest.config.cjs'));

module.exports = {
  ...project,
  cacheDirectory: process.env.SYNOD_MUTANT_CACHE,
  transform: Object.fromEntries(
    Object.entries(project.transform).map(([pattern, [, options]]) => [
      pattern,
      [join(__dirname, 'transformer.cjs'), options],
    ]),
  ),
};
