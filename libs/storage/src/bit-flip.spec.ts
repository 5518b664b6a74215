import { statSync } from 'node:fs';
import { join } from 'node:path';
import { writeSubject } from './bit-flip.spec-support.js';
import { chooseBits, countsOf, FLIPS, outcomesOf } from './bit-flip-runner.spec-support.js';
import { buildChild } from './child-process.spec-support.js';
import { writeImageSubject } from './image-flip.spec-support.js';
import { newDirectory, removeDirectories } from './storage.spec-support.js';

afterAll(removeDirectories);

test(
  'one flipped bit anywhere in the file: each slot reads right or is unknown, or the log is refused',
  async () => {
    const directory = newDirectory();
    const program = buildChild(directory);
    const subject = join(directory, 'subject');
    await writeSubject(subject);
    const bits = chooseBits(statSync(join(subject, 'log', 'data.mdb')).size, FLIPS);
    const outcomes = await outcomesOf(program, 'flip', subject, bits);
    expect([...outcomes].filter(([, outcome]) => outcome.startsWith('wrong'))).toEqual([]);
    const counts = countsOf(outcomes);
    expect(counts.get('right')).toBeGreaterThan(0);
    expect(counts.get('unknown')).toBeGreaterThan(0);
    expect(counts.get('refused storeDamaged')).toBeGreaterThan(0);
  },
  600_000 + FLIPS * 1_000,
);

test(
  'one flipped bit anywhere in the image: it reads right, is an earlier one, is found damaged, or is none',
  async () => {
    const directory = newDirectory();
    const program = buildChild(directory);
    const subject = join(directory, 'subject');
    await writeImageSubject(subject);
    const bits = chooseBits(statSync(join(subject, 'image', 'data.mdb')).size, FLIPS);
    const outcomes = await outcomesOf(program, 'flipImage', subject, bits);
    expect([...outcomes].filter(([, outcome]) => outcome.startsWith('wrong'))).toEqual([]);
    const counts = countsOf(outcomes);
    for (const outcome of ['right', 'older', 'damaged'])
      expect([outcome, counts.get(outcome)]).not.toContain(undefined);
  },
  600_000 + FLIPS * 1_000,
);
