export { runCli } from './bootstrap.js';
export type { CliIo, Sink } from './io.js';
