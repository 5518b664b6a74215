// node tools/proto-baseline.mjs: part of a release. Writes proto/baseline.binpb, the schema of that release, which `npm test`
// compares every later one with: buf refuses what would break a client that was made for it.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './lib/workspace.mjs';

execFileSync(
  join(ROOT, 'node_modules/.bin/buf'),
  ['build', 'proto', '--exclude-source-info', '-o', 'proto/baseline.binpb'],
  { cwd: ROOT, stdio: 'inherit' },
);
