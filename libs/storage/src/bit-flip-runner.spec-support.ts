import { startChild } from './child-process.spec-support.js';
import { generator } from './crash-model.spec-support.js';
import { FLIP_SEED } from './bit-flip.spec-support.js';

export const FLIPS = Number(process.env['SYNOD_BIT_FLIPS'] ?? 150);
const PAGE_BITS = 4096 * 8;
const HEADER_BITS = 160 * 8;

/** A third anywhere, a third in the headers of pages, a third in the two meta pages. */
export function chooseBits(fileBytes: number, count: number): number[] {
  const random = generator(Number(process.env['SYNOD_BIT_FLIP_SEED'] ?? FLIP_SEED));
  const pages = fileBytes / 4096;
  const bits = Array.from({ length: count }, (_, index) => {
    if (index % 3 === 0) return random(fileBytes * 8);
    if (index % 3 === 1) return random(pages) * PAGE_BITS + random(HEADER_BITS);
    return random(2) * PAGE_BITS + random(HEADER_BITS);
  });
  return [...new Set(bits)];
}

/**
 * What the child's `mode` says of each bit. A damaged file may crash LMDB; that is loud, so it counts as `refused crash`, and the
 * next process goes on behind it.
 */
export async function outcomesOf(
  program: string,
  mode: string,
  subject: string,
  bits: readonly number[],
): Promise<Map<number, string>> {
  const outcomes = new Map<number, string>();
  let next = 0;
  while (next < bits.length) {
    const child = startChild(program, [mode, subject, bits.slice(next, next + 2000).join(',')]);
    const end = await child.ended;
    let current = -1;
    for (const line of child.lines) {
      if (line.startsWith('start ')) {
        current = Number(line.slice(6));
        outcomes.set(current, `refused crash ${String(end)}`);
        next += 1;
      } else if (/^(right|unknown|refused|wrong|older|damaged|absent)/.test(line)) outcomes.set(current, line);
    }
    if (current === -1) throw new Error('the child did nothing');
  }
  return outcomes;
}

/** How often each outcome came. Told on stderr when flips were asked for. */
export function countsOf(outcomes: ReadonlyMap<number, string>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const outcome of outcomes.values()) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  if (process.env['SYNOD_BIT_FLIPS'] !== undefined) process.stderr.write(`${JSON.stringify([...counts])}\n`);
  return counts;
}
