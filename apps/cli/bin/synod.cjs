#!/usr/bin/env node
// The command of a checkout: `npx synod` at the repository's root. It runs the bundle that `nx build cli` writes.
'use strict';
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const bundle = join(__dirname, '../../../dist/apps/cli/main.cjs');
if (existsSync(bundle)) {
  require(bundle);
} else {
  process.stderr.write('synod: not built yet; run `npm start` or `npx nx build cli` first\n');
  process.exitCode = 1;
}
