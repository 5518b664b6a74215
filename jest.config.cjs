// Unit and property tests of all projects in one process. e2e is not here: its tests need built apps (see tools/test.mjs).
module.exports = {
  projects: [
    '<rootDir>/libs/*/jest.config.cjs',
    '<rootDir>/apps/*/jest.config.cjs',
    '<rootDir>/chaos/jest.config.cjs',
    '<rootDir>/tools/jest.config.cjs',
  ],
  passWithNoTests: true,
};
