import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandEnvelope } from './commands.js';
import { COMMAND_VERSIONS } from './commands.js';
import type { JobsOptions } from './options.js';
import type { CheckedJobsStateMachine } from './state-machine.js';
import { createJobsStateMachine, restoreJobsStateMachine } from './state-machine.js';

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

/** Applies the entries above the machine's slot; returns the hash after each. */
function replay(machine: CheckedJobsStateMachine): readonly string[] {
  return recorded.entries.slice(machine.appliedSlot).map(({ commands }) => {
    machine.apply(machine.appliedSlot + 1, commands);
    return machine.stateHash();
  });
}

const hashes = recorded.entries.map((entry) => entry.stateHash);

describe('recorded log', () => {
  it('replays to the state hashes that it had', () => {
    const machine = createJobsStateMachine(recorded.options);
    expect(replay(machine)).toEqual(hashes);
    const types = new Set(recorded.entries.flatMap(({ commands }) => commands.map((it) => it.body.type)));
    expect([...types].sort()).toEqual(Object.keys(COMMAND_VERSIONS).sort());
    machine.checkInvariants();
  });

  it('replays to the same hashes from an image of any slot', () => {
    const machine = createJobsStateMachine(recorded.options);
    for (const [at, { commands }] of recorded.entries.entries()) {
      machine.apply(at + 1, commands);
      const restored = restoreJobsStateMachine(recorded.options, at + 1, machine.records(), hashes[at]);
      restored.checkInvariants();
      expect(replay(restored)).toEqual(hashes.slice(at + 1));
    }
  });
});
