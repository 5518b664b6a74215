// npm run sim: the deterministic simulator. All arguments go to it: see `npm run sim -- --help`.
import { appMain } from './lib/ensure.mjs';
import { runMain } from './lib/run-main.mjs';

await runMain(appMain('simulator'), { builds: ['simulator'] });
