// P10: snapshots, trims, installs and prepares that meet.
import { consensus, CORE_TESTS_FIRST, edit, mutant } from '../mutant.mjs';

const ACCEPTOR = consensus('acceptor.ts');
const ORDER_OF_TRIM = "assert(ordered, 'I7 trim <= flushed image <= applied',";

export const SNAPSHOT_MUTANTS = [
  mutant({
    id: 'p10-trims-what-no-image-holds',
    title: 'the log is trimmed through what is applied, not through what the durable image holds',
    quietBecause: 'the image is written a moment later, unless the process dies in between',
    edits: [
      edit(
        ACCEPTOR,
        'const through = Math.min(throughSlot, this.image);',
        'const through = Math.min(throughSlot, this.applied);',
      ),
      edit(ACCEPTOR, ORDER_OF_TRIM, "assert(ordered || slot <= this.applied, 'I7 trim <= flushed image <= applied',"),
    ],
  }),
  mutant({
    id: 'p10-old-values-below-a-snapshot',
    title: 'an installed snapshot does not trim the log: what was accepted below it is still served as chosen',
    quietBecause: 'nothing is installed, and what was accepted below is mostly what was chosen',
    edits: [
      edit(
        ACCEPTOR,
        'this.log.restartAbove(slot);',
        'this.log.restartAbove(slot);\n      if (slot > this.trimmed) return;',
      ),
    ],
  }),
  mutant({
    id: 'p10-install-forgets-what-is-above',
    title: 'installing a snapshot forgets what was accepted above it',
    quietBecause: 'nothing is installed, and others hold what is above',
    edits: [edit(consensus('log.ts'), 'if (old > slot) continue;', '')],
  }),
  mutant({
    id: 'p10-install-while-leading',
    title: 'a candidate becomes leader while its snapshot is being installed',
    quietBecause: 'nothing is installed',
    edits: [
      edit(
        consensus('paxos-replica.ts'),
        'if (this.acceptor.installingSlot !== undefined) return;\n    const outcome',
        'const outcome',
      ),
      edit(
        consensus('paxos-replica.ts'),
        "return this.acceptor.imageLost || this.acceptor.installingSlot !== undefined ? 'snapshot' : '';",
        "return this.acceptor.imageLost ? 'snapshot' : '';",
      ),
    ],
    dies: CORE_TESTS_FIRST,
  }),
  mutant({
    id: 'p10-applies-while-installing',
    title: 'a replica goes on applying while a snapshot takes the place of its state',
    quietBecause: 'nothing is installed',
    edits: [
      edit(ACCEPTOR, 'if (this.installing !== undefined) return;\n    while (this.applied', 'while (this.applied'),
    ],
    dies: CORE_TESTS_FIRST,
  }),
  mutant({
    id: 'p10-overtaken-snapshot-installed',
    title: 'a snapshot is installed though the log has overtaken it meanwhile',
    quietBecause: 'nothing is installed',
    edits: [
      edit(
        consensus('snapshot-fetch.ts'),
        'const reachesLog = slot > acceptor.chosenThroughSlot && slot >= acceptor.trimmedThroughSlot;',
        'const reachesLog = slot >= acceptor.trimmedThroughSlot;',
      ),
      edit(
        ACCEPTOR,
        'const fits = slot > this.chosenThrough && slot >= this.trimmed && this.installing === undefined;',
        'const fits = slot >= this.trimmed && this.installing === undefined;',
      ),
    ],
    dies: CORE_TESTS_FIRST,
  }),
  mutant({
    id: 'p4-trimmed-is-unknown',
    title: 'an acceptor that lost its image reports the slots that it trimmed as if it had never heard of them',
    quietBecause: 'no image is lost',
    edits: [edit(ACCEPTOR, 'return Math.max(this.chosenThrough, this.trimmed);', 'return this.chosenThrough;')],
    dies: CORE_TESTS_FIRST,
  }),
  mutant({
    id: 'p3-blank-twin-admitted',
    title: 'a node that lost its disk is heard again under its old name',
    quietBecause: 'no disk is lost',
    edits: [
      edit(
        consensus('admission.ts'),
        "return this.known.get(from) === storageId ? 'known' : 'conflict';",
        "return 'known';",
      ),
    ],
  }),
  mutant({
    id: 'p3-identity-not-durable',
    title: 'a peer counts before it is written down who it is',
    quietBecause: 'no disk is lost',
    edits: [
      edit(
        consensus('admission.ts'),
        'if (introduction !== undefined && introduction.token <= this.env.outbox.durableToken) {',
        'if (introduction !== undefined) {',
      ),
    ],
    dies: CORE_TESTS_FIRST,
  }),
  mutant({
    id: 'p15-writes-without-room',
    title: 'an acceptor without room on its disk promises and accepts all the same',
    quietBecause: 'no disk is full',
    edits: [
      edit(
        consensus('paxos-replica.ts'),
        'if (this.env.mayWrite || !this.acceptor.hasToWrite(body, entries)) return false;',
        'if (this.env.mayWrite || this.acceptor.hasToWrite(body, entries)) return false;',
      ),
      edit(
        consensus('paxos-replica.ts'),
        "assert(this.env.mayWrite || !this.outbox.hasWrites, 'nothing is written to a disk without room');",
        '',
      ),
    ],
  }),
  mutant({
    id: 'p18-candidate-waits-for-a-snapshot',
    title: 'a candidate that lacks what everybody trimmed holds on to its candidacy while it fetches a snapshot',
    quietBecause: 'nobody lags behind the trim',
    edits: [
      edit(
        consensus('paxos-replica.ts'),
        'if (!this.catchup.needsSnapshot) return;\n',
        'if (this.catchup.highestKnownChosen >= 0) return;\n',
      ),
    ],
    dies: CORE_TESTS_FIRST,
  }),
  mutant({
    id: 'p19-broken-transfer-awaited',
    title: 'a snapshot whose transfer broke off is waited for, for ever',
    quietBecause: 'no transfer breaks off',
    edits: [
      edit(
        consensus('snapshot-fetch.ts'),
        'this.from = undefined;\n    this.env.counters.snapshotsFailed += 1;',
        'this.env.counters.snapshotsFailed += 1;',
      ),
    ],
  }),
  mutant({
    id: 'p10-gap-not-closed',
    title: 'after a crash between install and trim, what the log holds below the image counts as chosen',
    quietBecause: 'no process dies in that moment',
    edits: [
      edit(
        ACCEPTOR,
        'if ((durable.logChosenThroughSlot ?? unknown) >= this.image || this.trimmed === this.image) return;',
        'if (this.image >= 0 || (durable.logChosenThroughSlot ?? unknown) >= this.image) return;',
      ),
    ],
    dies: CORE_TESTS_FIRST,
  }),
  mutant({
    id: 'p10-trims-while-installing',
    title: 'the log is trimmed while a snapshot takes the place of the image that allowed it',
    quietBecause: 'nothing is installed',
    edits: [
      edit(
        ACCEPTOR,
        'if (through <= this.trimmed || this.installing !== undefined || !mayWrite) return;',
        'if (through <= this.trimmed || !mayWrite) return;',
      ),
    ],
    dies: CORE_TESTS_FIRST,
  }),
  mutant({
    id: 'p3-learns-from-a-stranger',
    title: 'what a peer says is chosen is believed before it is written down who it is',
    quietBecause: 'no disk is lost',
    edits: [
      edit(
        consensus('paxos-replica.ts'),
        'if (this.parts.admission.isIdentified(from)) this.acceptor.learn(reply.leader, reply.chosenThroughSlot);',
        'this.acceptor.learn(reply.leader, reply.chosenThroughSlot);',
      ),
    ],
    dies: CORE_TESTS_FIRST,
  }),
];
