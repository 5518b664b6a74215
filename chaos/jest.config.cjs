const { join } = require('node:path');
const preset = require('../jest.preset.cjs');

module.exports = {
  ...preset,
  displayName: 'chaos',
  rootDir: __dirname,
  moduleNameMapper: { '^@synod/e2e$': join(__dirname, '../e2e/src/index.ts'), ...preset.moduleNameMapper },
};
