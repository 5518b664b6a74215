module.exports = {
  ...require('../../jest.preset.cjs'),
  displayName: 'base',
  rootDir: __dirname,
};
