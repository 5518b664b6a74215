// npm run bench: the benchmarks, against the built apps. All arguments go to them: see `npm run bench -- --help`.
import { join } from 'node:path';
import { runMain } from './lib/run-main.mjs';
import { ROOT } from './lib/workspace.mjs';

await runMain(join(ROOT, 'dist/bench/main.cjs'), { builds: ['bench', 'coordinator'] });
