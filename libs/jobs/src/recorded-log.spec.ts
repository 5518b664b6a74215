import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandEnvelope } from './commands.js';
import type { JobsOptions } from './options.js';
import { createJobsStateMachine } from './state-machine.js';

interface RecordedLog {
  readonly options: Partial<JobsOptions>;
  readonly entries: readonly {
    readonly commands: readonly CommandEnvelope[];
    /** State hash after the entry. */
    readonly stateHash: string;
  }[];
}

/** Recorded once: a change of these hashes is a change of replicated behaviour, which needs a feature level. */
const file = join(__dirname, '..', 'testdata', 'recorded-log.json');
const recorded = JSON.parse(readFileSync(file, 'utf8')) as RecordedLog;

describe('recorded log', () => {
  it('replays to the state hashes that it had', () => {
    const machine = createJobsStateMachine(recorded.options);
    const hashes = recorded.entries.map(({ commands }, at) => {
      machine.apply(at + 1, commands);
      return machine.stateHash();
    });
    expect(hashes).toEqual(recorded.entries.map((entry) => entry.stateHash));
    expect(new Set(recorded.entries.flatMap(({ commands }) => commands.map((it) => it.body.type))).size).toBe(9);
    machine.checkInvariants();
  });
});
