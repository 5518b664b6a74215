import type { JobEvent } from './events.js';

/** What one log entry has done so far. Handlers add events; the entry's replies and retired jobs are collected outside. */
export interface EntryContext {
  readonly slot: number;
  /** Applied time of the command at hand. */
  timeMs: number;
  readonly events: JobEvent[];
  /** Index of the next job that this entry submits, over all its commands. */
  nextJobIndex: number;
}
