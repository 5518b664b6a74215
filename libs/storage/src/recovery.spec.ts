import fc from 'fast-check';
import { damageSlot, newMemoryDisk, openMemoryLogStore } from './memory-log-store.js';
import type { MemoryDisk } from './memory-log-store.js';
import { notePeer } from './recovery.js';
import { accept, factsOf, identityOf } from './storage.spec-support.js';

async function diskOf(slots: readonly number[], chosenThrough: number): Promise<MemoryDisk> {
  const disk = newMemoryDisk();
  const log = await openMemoryLogStore({ disk, identityIfNew: () => identityOf('c1') });
  await log.append([...slots.map((slot) => accept(slot, 'x')), { kind: 'chosenThrough', slot: chosenThrough }]);
  await log.close();
  return disk;
}

test('whatever is held, damaged or covered: each slot is in exactly one place, and all to replay can be read', async () => {
  const run = fc.record({
    held: fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 30 }),
    damaged: fc.array(fc.nat(29), { maxLength: 5 }),
    hint: fc.nat(35),
    imageSlot: fc.nat(40),
    trim: fc.nat(20),
  });
  await fc.assert(
    fc.asyncProperty(run, async ({ held, damaged, hint, imageSlot, trim }) => {
      const disk = await diskOf(held, hint);
      for (const index of damaged) if (held[index] !== undefined) damageSlot(disk, held[index]);
      const isDamaged = new Set(disk.unknownSlots);
      const log = await openMemoryLogStore({ disk, identityIfNew: () => identityOf('c1') });
      if (trim > 0) await log.append([{ kind: 'trimmed', throughSlot: trim }]);
      const found = log.recover(imageSlot);
      const { trimmedThroughSlot, chosenThroughSlot, lastSlot } = found;
      expect(trimmedThroughSlot).toBeGreaterThanOrEqual(trim);
      expect(trimmedThroughSlot).toBeLessThanOrEqual(Math.max(trim, imageSlot));
      expect(chosenThroughSlot).toBeGreaterThanOrEqual(imageSlot);
      if (imageSlot < trimmedThroughSlot) expect(chosenThroughSlot).toBe(imageSlot);
      else expect(chosenThroughSlot).toBeLessThanOrEqual(Math.max(imageSlot, hint));
      const above = held.filter((slot) => slot > Math.max(chosenThroughSlot, trimmedThroughSlot));
      expect(found.accepted.map(({ slot }) => slot)).toEqual(
        above.filter((slot) => !isDamaged.has(slot)).sort((a, b) => a - b),
      );
      expect(found.unknownSlots).toEqual(above.filter((slot) => isDamaged.has(slot)).sort((a, b) => a - b));
      for (let slot = trimmedThroughSlot + 1; slot <= chosenThroughSlot; slot++) {
        expect(held).toContain(slot);
        expect(found.damagedSlots.includes(slot)).toBe(isDamaged.has(slot));
        if (slot > imageSlot) expect(log.read(slot, slot, 1)).toHaveLength(1);
      }
      expect(lastSlot).toBe(Math.max(0, trimmedThroughSlot, ...held));
    }),
    { numRuns: 300 },
  );
});

test('in memory too: a damaged slot stops a read, is named when it comes first, and is repaired by accepting it', async () => {
  const disk = await diskOf([1, 2, 3], 3);
  const log = await openMemoryLogStore({ disk, identityIfNew: () => identityOf('c1') });
  damageSlot(disk, 2);
  expect(log.read(1, 3, 1e6).map(({ slot }) => slot)).toEqual([1]);
  expect(factsOf(() => log.read(2, 3, 1e6))).toEqual({ code: 'slotUnknown', slot: 2 });
  expect(log.recover(3)).toMatchObject({ damagedSlots: [2], chosenThroughSlot: 3 });
  await log.append([accept(2, 'again')]);
  expect(log.read(1, 3, 1e6)).toHaveLength(3);
  expect(() => damageSlot(disk, 9)).toThrow('held');
});

test.each([
  ['promise', 'promiseDamaged'],
  ['peers', 'storeDamaged'],
] as const)('in memory too: a damaged record of the %s refuses the opening', async (damagedRecord, code) => {
  const disk = await diskOf([1], 0);
  disk.damagedRecord = damagedRecord;
  await expect(openMemoryLogStore({ disk, identityIfNew: () => identityOf('c1') })).rejects.toMatchObject({ code });
});

test('a crash in memory loses a trim that was not flushed, and one that recover found', async () => {
  const disk = await diskOf([1, 2, 3, 7], 3);
  const log = await openMemoryLogStore({ disk, identityIfNew: () => identityOf('c1'), flush: () => Promise.resolve() });
  expect(log.recover(5).trimmedThroughSlot).toBe(5);
  void log.append([{ kind: 'trimmed', throughSlot: 6 }]);
  log.crash();
  expect(disk).toMatchObject({ trimmedThroughSlot: 0, lastSlot: 7 });
});

test('a log keeps at most 256 peers', () => {
  const known = new Map<string, string>();
  for (let index = 0; index < 256; index++) expect(notePeer(known, `n${String(index)}`, 's')).toBe(true);
  expect(notePeer(known, 'n255', 's')).toBe(false);
  expect(() => notePeer(known, 'n256', 's')).toThrow('256 peers');
});
