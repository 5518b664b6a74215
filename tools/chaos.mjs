// npm run chaos: real processes under faults. All arguments go to it: see `npm run chaos -- --help`.
import { join } from 'node:path';
import { runMain } from './lib/run-main.mjs';
import { ROOT } from './lib/workspace.mjs';

await runMain(join(ROOT, 'dist/chaos/main.cjs'), { builds: ['chaos', 'coordinator', 'worker-agent'] });
