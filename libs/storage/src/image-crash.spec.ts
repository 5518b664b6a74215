import fc from 'fast-check';
import { buildChild, startChild } from './child-process.spec-support.js';
import { imageAfter } from './image-model.spec-support.js';
import { contentOf, openImage, recordsOf } from './image.spec-support.js';
import { newDirectory, removeDirectories } from './storage.spec-support.js';

let program: string;

beforeAll(() => {
  program = buildChild(newDirectory());
});

afterAll(removeDirectories);

const RUNS = Number(process.env['SYNOD_CRASH_RUNS'] ?? 4);

async function killAt(args: readonly string[], line: string): Promise<readonly string[]> {
  const child = startChild(program, args);
  child.process.stderr.pipe(process.stderr);
  await child.untilLine((said) => said === line);
  child.process.kill('SIGKILL');
  expect(await child.ended).toBe('SIGKILL');
  return child.lines;
}

const numberOf = (line: string): number => Number(line.split(' ')[1]);

test('kill -9 amid batches: the image is that of one batch, no earlier than the last acknowledged', async () => {
  const run = fc.record({
    seed: fc.integer({ min: 1, max: 1_000_000 }),
    batches: fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(run, async ({ seed, batches }) => {
      const directory = newDirectory();
      let slot = 0;
      for (const count of batches) {
        const args = ['writeImage', directory, String(seed), String(slot + 1)];
        const lines = await killAt(args, `acknowledged ${String(slot + count)}`);
        const image = await openImage(directory);
        slot = image.state?.slot ?? 0;
        expect(slot).toBeGreaterThanOrEqual(Math.max(...lines.map(numberOf)));
        const expected = imageAfter(seed, slot);
        expect(image.state).toEqual({ slot, stateHash: `hash-${String(slot)}`, records: expected.size });
        expect(await contentOf(image.records())).toEqual(expected);
        await image.close();
      }
    }),
    { numRuns: RUNS },
  );
}, 120_000);

test('kill -9 amid a replacement: the whole of one image, the one before at the least', async () => {
  for (let run = 0; run < Math.max(4, RUNS); run++) {
    const directory = newDirectory();
    const lines = await killAt(['replaceImage', directory], run % 2 === 0 ? 'amid 2' : 'done 1');
    const image = await openImage(directory);
    if (image.state === undefined)
      expect([image.absence, lines.some((line) => line.startsWith('done'))]).toEqual(['new', false]);
    else {
      const round = image.state.slot / 1_000;
      expect(round).toBeGreaterThanOrEqual(Math.max(...lines.filter((line) => line.startsWith('done')).map(numberOf)));
      const records = recordsOf(7_000 + round, `round ${String(round)}`);
      expect(image.state.records).toBe(records.length);
      const expected = new Map(records.map(({ key, bytes }) => [key, Buffer.from(bytes).toString()]));
      expect(await contentOf(image.records())).toEqual(expected);
    }
    await image.close();
  }
}, 120_000);
