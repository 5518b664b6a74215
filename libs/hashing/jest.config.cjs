module.exports = {
  ...require('../../jest.preset.cjs'),
  displayName: 'hashing',
  rootDir: __dirname,
};
