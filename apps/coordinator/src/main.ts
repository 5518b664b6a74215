import { runApp } from '@synod/observability';
import { bootstrap } from './bootstrap.js';

void runApp({ name: 'coordinator', start: () => bootstrap(process.argv.slice(2), process.env) });
