module.exports = {
  ...require('../../jest.preset.cjs'),
  displayName: 'worker-agent',
  rootDir: __dirname,
};
