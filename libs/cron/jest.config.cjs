module.exports = {
  ...require('../../jest.preset.cjs'),
  displayName: 'cron',
  rootDir: __dirname,
};
