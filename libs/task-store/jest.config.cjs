module.exports = {
  ...require('../../jest.preset.cjs'),
  displayName: 'task-store',
  rootDir: __dirname,
};
