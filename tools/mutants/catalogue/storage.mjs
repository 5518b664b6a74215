// P14, P15, P16, P17 on the disk's side: records that are corrupt, a disk that is full, fails, hangs.
import { consensus, edit, mutant } from '../mutant.mjs';
import { tests, testsNamed } from '../places.mjs';

const storage = (file) => `libs/storage/src/${file}`;
const HEALTH = 'apps/coordinator/src/replica/node-health.ts';

const QUIET_STORAGE = [
  testsNamed(
    'libs/storage',
    'a log opened again has what was appended|appends of one tick share',
    'lmdb-log-store.spec',
  ),
];
const QUIET_GROUP = [
  testsNamed('apps/coordinator', 'a job submitted anywhere reaches a worker anywhere', 'group.spec'),
];
const IN_STORAGE = [
  tests('libs/storage', 'group-commit.spec', 'lmdb-log-store.spec', 'recovery.spec', '(?<!image-)damage.spec'),
];
const IN_HEALTH = [tests('apps/coordinator', 'replica/')];

export const STORAGE_MUTANTS = [
  mutant({
    id: 'p14-checksum-not-computed',
    title: 'a record is taken for valid when it says the checksum that the digest says; nobody computes it',
    quietBecause: 'no bit flips',
    edits: [
      edit(
        storage('entry-record.ts'),
        'if (bytes === undefined || body === undefined || bytes.readUInt32BE(0) !== expected) return undefined;',
        'if (bytes === undefined || bytes.readUInt32BE(0) !== expected) return undefined;',
      ),
      edit(
        storage('entry-record.ts'),
        'bytes.readUInt32BE(0) === expected && checksum(bytes.subarray(4)) === expected && readUint64(bytes, 6) === slot',
        'bytes.readUInt32BE(0) === expected && readUint64(bytes, 6) === slot',
      ),
    ],
    dies: IN_STORAGE,
    quiet: QUIET_STORAGE,
  }),
  mutant({
    id: 'p14-vanished-record-is-a-hole',
    title: 'a record that should be there and is not counts as never accepted',
    quietBecause: 'no record vanishes',
    edits: [
      edit(storage('log-scan.ts'), 'if (fits) continue;', 'if (fits || bytes === undefined) continue;'),
      edit(
        storage('log-reader.ts'),
        "return decodeEntry(bytes, slot, digest.checksumOf(slot)) ?? 'unknown';",
        "return bytes === undefined ? undefined : (decodeEntry(bytes, slot, digest.checksumOf(slot)) ?? 'unknown');",
      ),
    ],
    dies: IN_STORAGE,
    quiet: QUIET_STORAGE,
  }),
  mutant({
    id: 'p14-vanished-digest-is-empty',
    title: 'a digest that is gone counts as a block of holes',
    quietBecause: 'no digest vanishes',
    edits: [
      edit(
        storage('log-scan.ts'),
        'else repaired.set(block, allUnknown(block, manifest));',
        'else repaired.set(block, new SlotDigest(block));',
      ),
    ],
    dies: IN_STORAGE,
    quiet: QUIET_STORAGE,
  }),
  mutant({
    id: 'p14-old-page-not-noticed',
    title: 'digests that are all valid are believed, though their sum says that an old page came back',
    quietBecause: 'no old page comes back',
    edits: [
      edit(
        storage('log-scan.ts'),
        'const sumIsWrong = repaired.size === 0 && sum !== manifest.digestSum;',
        'const sumIsWrong = false;',
      ),
    ],
    dies: IN_STORAGE,
    quiet: QUIET_STORAGE,
  }),
  mutant({
    id: 'p14-old-promise-believed',
    title: 'a promise record of an older commit is believed',
    quietBecause: 'no old page comes back',
    edits: [
      edit(
        storage('lmdb-log-open.ts'),
        "if (promiseChecksum !== manifest.promiseChecksum) throw promiseDamaged(directory, 'it is an older one');",
        '',
      ),
    ],
    dies: IN_STORAGE,
    quiet: QUIET_STORAGE,
  }),
  mutant({
    id: 'p14-damaged-acceptor-counts',
    title: 'phase 1 counts an acceptor for a slot that it cannot read',
    quietBecause: 'every record can be read',
    edits: [
      edit(
        consensus('leader/phase1.ts'),
        'if (knowing >= membership.phase1Quorum) continue;',
        'if (knowing >= 1) continue;',
      ),
    ],
  }),
  mutant({
    id: 'p14-unknown-slots-not-told',
    title: 'a promise leaves out the slots that cannot be read, as if they were empty',
    quietBecause: 'every record can be read',
    edits: [edit(consensus('acceptor.ts'), 'unknownSlots: chunkIndex === 0 ? unknownSlots : [],', 'unknownSlots: [],')],
  }),
  mutant({
    id: 'p15-writes-on-a-full-disk',
    title: 'a node whose disk is full gives up the lead and writes on, until a commit fails',
    quietBecause: 'no disk is full',
    edits: [
      edit(
        HEALTH,
        "if (this.modules.diskLevel() === 'full') return DISK_FULL;",
        "if (this.modules.diskLevel() === 'full') return DISK;",
      ),
    ],
    dies: IN_HEALTH,
    quiet: QUIET_GROUP,
  }),
  mutant({
    id: 'p15-leads-on-a-low-disk',
    title: 'a node with little room left keeps the lead',
    quietBecause: 'no disk is full',
    edits: [
      edit(
        HEALTH,
        "if (this.diskIsSlow || this.modules.diskLevel() === 'low') return DISK;",
        'if (this.diskIsSlow) return DISK;',
      ),
    ],
    dies: IN_HEALTH,
    quiet: QUIET_GROUP,
  }),
  mutant({
    id: 'p16-commit-tried-again',
    title: 'a commit that failed is tried once more, and its success believed',
    quietBecause: 'no commit fails',
    edits: [
      edit(
        storage('group-commit.ts'),
        'await this.options.commit(this.#running.map((waiting) => waiting.item));',
        'const items = this.#running.map((waiting) => waiting.item);\n      await this.options.commit(items).catch(() => this.options.commit(items));',
      ),
    ],
    dies: IN_STORAGE,
    quiet: QUIET_STORAGE,
  }),
  mutant({
    id: 'p17-hung-flush-not-seen',
    title: 'the age of a flush counts what waits for it and not the flush itself',
    quietBecause: 'no flush hangs',
    edits: [
      edit(
        storage('group-commit.ts'),
        'const oldest = this.#running[0] ?? this.#queue[0];',
        'const oldest = this.#queue[0];',
      ),
    ],
    dies: IN_STORAGE,
    quiet: QUIET_STORAGE,
  }),
  mutant({
    id: 'p17-fit-with-a-hung-disk',
    title: 'a node whose flush hangs says that it is well',
    quietBecause: 'no flush hangs',
    edits: [
      edit(
        HEALTH,
        "if (this.diskIsSlow || this.modules.diskLevel() === 'low') return DISK;",
        "if (this.modules.diskLevel() === 'low') return DISK;",
      ),
    ],
    dies: IN_HEALTH,
    quiet: QUIET_GROUP,
  }),
];
