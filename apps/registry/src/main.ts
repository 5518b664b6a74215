import { runApp } from '@synod/observability';
import { bootstrap } from './bootstrap.js';

void runApp({ name: 'registry', start: (context) => bootstrap(process.argv.slice(2), process.env, context) });
