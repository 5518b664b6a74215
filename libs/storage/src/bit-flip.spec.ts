import { statSync } from 'node:fs';
import { join } from 'node:path';
import { FLIP_SEED, writeSubject } from './bit-flip.spec-support.js';
import { buildChild, startChild } from './child-process.spec-support.js';
import { generator } from './crash-model.spec-support.js';
import { newDirectory, removeDirectories } from './storage.spec-support.js';

const FLIPS = Number(process.env['SYNOD_BIT_FLIPS'] ?? 150);
const PAGE_BITS = 4096 * 8;
const HEADER_BITS = 160 * 8;

afterAll(removeDirectories);

/** A third anywhere, a third in the headers of pages, a third in the two meta pages. */
function chooseBits(fileBytes: number, count: number): number[] {
  const random = generator(Number(process.env['SYNOD_BIT_FLIP_SEED'] ?? FLIP_SEED));
  const pages = fileBytes / 4096;
  return Array.from({ length: count }, (_, index) => {
    if (index % 3 === 0) return random(fileBytes * 8);
    if (index % 3 === 1) return random(pages) * PAGE_BITS + random(HEADER_BITS);
    return random(2) * PAGE_BITS + random(HEADER_BITS);
  });
}

/** A damaged file may crash LMDB; that is loud, so it counts as refused, and the next process goes on behind it. */
async function outcomesOf(program: string, subject: string, bits: readonly number[]): Promise<Map<number, string>> {
  const outcomes = new Map<number, string>();
  let next = 0;
  while (next < bits.length) {
    const child = startChild(program, ['flip', subject, bits.slice(next, next + 2000).join(',')]);
    const end = await child.ended;
    let current = -1;
    for (const line of child.lines) {
      if (line.startsWith('start ')) {
        current = Number(line.slice(6));
        outcomes.set(current, `refused crash ${String(end)}`);
        next += 1;
      } else if (/^(right|unknown|refused|wrong)/.test(line)) outcomes.set(current, line);
    }
    if (current === -1) throw new Error('the child did nothing');
  }
  return outcomes;
}

test('one flipped bit anywhere in the file: each slot reads right or is unknown, or the log is refused', async () => {
  const directory = newDirectory();
  const program = buildChild(directory);
  const subject = join(directory, 'subject');
  await writeSubject(subject);
  const bits = chooseBits(statSync(join(subject, 'log', 'data.mdb')).size, FLIPS);
  const outcomes = await outcomesOf(program, subject, [...new Set(bits)]);
  const wrong = [...outcomes].filter(([, outcome]) => outcome.startsWith('wrong'));
  const counts = new Map<string, number>();
  for (const outcome of outcomes.values()) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  if (process.env['SYNOD_BIT_FLIPS'] !== undefined) process.stderr.write(`${JSON.stringify([...counts])}\n`);
  expect(wrong).toEqual([]);
  expect(counts.get('right')).toBeGreaterThan(0);
  expect(counts.get('unknown')).toBeGreaterThan(0);
  expect(counts.get('refused storeDamaged')).toBeGreaterThan(0);
}, 600_000);
