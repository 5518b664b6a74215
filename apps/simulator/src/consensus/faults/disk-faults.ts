import type { FlushFailure } from '@synod/testkit';
import type { SimulatedHost } from '../host.js';
import type { Begin, FaultContext } from './faults.js';
import { anyone, on, present } from './targets.js';

type DiskKind =
  | 'slowDisk'
  | 'hungDisk'
  | 'failedFlush'
  | 'failThenSucceed'
  | 'fullDisk'
  | 'flipLog'
  | 'flipVotes'
  | 'flipImage'
  | 'vanish'
  | 'lyingDisk';

/** Writes that still fit on a disk that its host calls full: what was under way when it noticed. */
const BALLAST_WRITES = 5_000;
const MAX_FLIPPED_RECORDS = 6;
const MAX_FLIPPED_VOTES = 40;
const MAX_FLIPPED_LACKING = 15;

export const DISK_FAULTS: Readonly<Record<DiskKind, Begin>> = {
  slowDisk: (context) => {
    const { random, plan } = context;
    const { disk } = anyone(context, 0.7);
    disk.setFaults({ minFlushMs: 5, maxFlushMs: random.integer(20, 150), failRate: 0 });
    return () => disk.setFaults(plan.disk);
  },
  hungDisk: (context) => {
    const host = anyone(context, 0.7);
    return on(
      host,
      () => host.disk.hang(),
      () => host.disk.resume(),
    );
  },
  failedFlush: (context) => failFlush(context, context.random.pick(['lost', 'stored'])),
  failThenSucceed: (context) => failFlush(context, 'thenSucceeds'),
  fullDisk: (context) => {
    const host = anyone(context, 0.7);
    return on(
      host,
      () => {
        host.health.full = true;
        host.disk.leaveRoom(BALLAST_WRITES);
      },
      () => {
        host.health.full = false;
        host.disk.leaveRoom(Infinity);
      },
    );
  },
  flipLog,
  flipVotes,
  flipImage,
  vanish: (context) => {
    const host = victim(context);
    if (host === undefined || !isKnownToAll(context, host)) return undefined;
    return vanish(context, host);
  },
  lyingDisk,
};

/** What is left after the fatal end is on the disk or not; a supervisor starts the process again. */
function failFlush(context: FaultContext, how: FlushFailure): (() => void) | undefined {
  const host = anyone(context, 0.7);
  return on(
    host,
    () => host.disk.failNext(how),
    () => {
      host.crash();
      host.start();
    },
  );
}

/** Someone whose durable state may be damaged without more than a minority being so. */
function victim(context: FaultContext): SimulatedHost | undefined {
  const { durability, random, named } = context;
  if (named !== undefined) return durability.mayImpair(named.nodeId) ? named : undefined;
  const possible = present(context).filter(({ genuine, nodeId }) => genuine && durability.mayImpair(nodeId));
  return possible.length === 0 ? undefined : random.pick(possible);
}

/** Flips bits in records of the log, of a running process or of one that is about to start. */
function flipLog(context: FaultContext): (() => void) | undefined {
  const { random, durability } = context;
  if (random.chance(0.6)) return flipWhatIsLacking(context);
  const host = victim(context);
  if (host === undefined || host.log.accepted.size === 0) return undefined;
  const whileDown = random.chance(0.6);
  if (whileDown) host.crash();
  const range = rangeToDamage(context, host);
  const count = random.integer(1, MAX_FLIPPED_RECORDS);
  for (let flipped = 0; flipped < count; flipped += 1) host.log.damage(random.pick(range));
  durability.expectGoodCopies(`records of ${host.nodeId} were damaged`);
  return () => host.start();
}

/**
 * A slot is chosen by a bare quorum, and then one of its votes is damaged while the others of that quorum are down: who takes the
 * damaged record for an empty one fills the slot anew with those that never had it (P14).
 */
function flipVotes(context: FaultContext): (() => void) | undefined {
  const { clock, random, durability, network, surge } = context;
  const voters = present(context).filter((host) => host.voter && host.genuine && host.alive);
  const leader = voters.find(({ leads }) => leads);
  const followers = random.shuffle(voters.filter((host) => host !== leader));
  const [damaged, ...rest] = followers;
  const quorum = durability.members.length - durability.allowance;
  if (leader === undefined || damaged === undefined || !durability.mayImpair(damaged.nodeId)) return undefined;
  const others = rest.slice(0, quorum - 2);
  const laggards = rest.slice(quorum - 2);
  if (laggards.length + 1 < quorum) return undefined;
  const links = laggards.flatMap((laggard) => [leader, damaged, ...others].map((host) => [laggard, host] as const));
  for (const [left, right] of links) {
    network.cut(left.nodeId, right.nodeId);
    network.cut(right.nodeId, left.nodeId);
  }
  surge(leader);
  let repaired = false;
  const mend = (): void => {
    for (const [left, right] of links) {
      network.mend(left.nodeId, right.nodeId);
      network.mend(right.nodeId, left.nodeId);
    }
  };
  clock.after(random.between(30, 120), () => {
    if (repaired) return;
    mend();
    if (!damaged.genuine || !durability.mayImpair(damaged.nodeId)) return;
    for (const host of [damaged, leader, ...others]) host.crash();
    const lacking = [...damaged.log.accepted.keys()].filter((slot) =>
      laggards.every(({ log }) => !log.accepted.has(slot)),
    );
    for (const slot of lacking) if (slot > damaged.appliedSlot - MAX_FLIPPED_VOTES) damaged.log.damage(slot);
    durability.expectGoodCopies(`votes of ${damaged.nodeId} were damaged`);
    clock.after(random.between(5, 40), () => damaged.start());
  });
  return () => {
    repaired = true;
    mend();
    for (const host of [damaged, leader, ...others]) host.start();
  };
}

/** One node is down; what it will ask for when it is back is damaged at the leader, or at another that may be damaged. */
function flipWhatIsLacking(context: FaultContext): (() => void) | undefined {
  const { clock, random, durability, durationMs } = context;
  const alive = present(context).filter((host) => host.alive && host.genuine);
  const source = alive.find((host) => host.leads && durability.mayImpair(host.nodeId)) ?? victim(context);
  const others = alive.filter((host) => host !== source);
  if (source === undefined || others.length === 0) return undefined;
  const laggard = random.pick(others);
  laggard.crash();
  clock.after(durationMs * 0.9, () => {
    if (!source.genuine || !durability.mayImpair(source.nodeId)) return;
    const lacking = [...source.log.accepted.keys()].filter((slot) => slot > laggard.appliedSlot);
    for (let flipped = 0; flipped < MAX_FLIPPED_LACKING && lacking.length > 0; flipped += 1) {
      source.log.damage(random.pick(lacking));
    }
    durability.expectGoodCopies(`records of ${source.nodeId} were damaged`);
  });
  return () => laggard.start();
}

/** Near the end, where a vote may depend on it; what another one lacks, and may ask for; or anywhere. */
function rangeToDamage(context: FaultContext, host: SimulatedHost): number[] {
  const { random } = context;
  const slots = [...host.log.accepted.keys()].sort((left, right) => right - left);
  const furthestBehind = Math.min(...present(context).map(({ appliedSlot }) => appliedSlot));
  const lacking = slots.filter((slot) => slot > furthestBehind);
  if (lacking.length > 0 && random.chance(0.5)) return lacking;
  return random.chance(0.7) ? slots.slice(0, 40) : slots;
}

/** Flips bits in the image, which shows at the next start, or when the image is served. */
function flipImage(context: FaultContext): (() => void) | undefined {
  const { random, durability } = context;
  const host = victim(context);
  if (host === undefined || !host.image.damage()) return undefined;
  if (random.chance(0.9)) host.crash();
  durability.expectGoodCopies(`the image of ${host.nodeId} was damaged`);
  return () => host.start();
}

/**
 * A lost disk is noticed by peers that know the storage id. One that has never heard of the node before would take the empty disk
 * for its first: so this is within what the protocol promises only when all of them have heard of it.
 */
function isKnownToAll({ hosts }: FaultContext, host: SimulatedHost): boolean {
  return hosts.every(
    (other) => other === host || !other.voter || !other.genuine || other.log.peers.get(host.nodeId) === host.storageId,
  );
}

function vanish(context: FaultContext, host: SimulatedHost): () => void {
  const { durability } = context;
  host.loseDisk();
  context.notice(host, context.hosts);
  durability.expectGoodCopies(`the disk of ${host.nodeId} is lost`);
  return () => host.start();
}

/**
 * The disk acknowledges before it is durable. The end of a process doesn't show it; a power cut does, and such a disk counts as
 * lost: there is no telling what else it forgot. Within the budget for as long as it lies.
 */
function lyingDisk(context: FaultContext): (() => void) | undefined {
  const { clock, random, durationMs, liarsReturn } = context;
  const host = victim(context);
  if (host === undefined || !host.alive || !isKnownToAll(context, host)) return undefined;
  host.disk.lie(random.between(50, 600));
  const powerFails = random.chance(0.7);
  let repaired = false;
  const cutPower = (): void => {
    if (repaired) return;
    // An idle disk has nothing to lie about.
    if (!host.disk.hasLied) return void clock.after(10, cutPower);
    host.cutPower(liarsReturn);
    host.disk.lie(undefined);
    context.notice(host, context.hosts);
    if (!liarsReturn) context.durability.expectGoodCopies(`the disk of ${host.nodeId} lied and lost power`);
  };
  if (powerFails) clock.after(random.between(0.2, 0.9) * durationMs, cutPower);
  return () => {
    repaired = true;
    host.disk.lie(undefined);
    host.start();
  };
}
