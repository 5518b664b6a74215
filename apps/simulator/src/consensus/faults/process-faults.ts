import type { SimulatedHost } from '../host.js';
import type { Begin, FaultContext } from './faults.js';
import { anyone, leaders, on, present } from './targets.js';

type ProcessKind = 'crash' | 'crashLeader' | 'lossyLeaderCrash' | 'crashAll' | 'pause' | 'unhealthy' | 'crashServer';

export const PROCESS_FAULTS: Readonly<Record<ProcessKind, Begin>> = {
  crash: (context) => crash(context, [anyone(context)]),
  crashLeader: (context) => crash(context, leaders(context)),
  crashAll: (context) => crash(context, context.hosts),
  lossyLeaderCrash: lossyCrash,
  pause: (context) => {
    const host = anyone(context, 0.7);
    return on(
      host,
      () => host.pause(),
      () => host.resume(),
    );
  },
  unhealthy: (context) => {
    const host = anyone(context, 0.7);
    return on(
      host,
      () => (host.health.ailment = context.random.pick(['disk', 'eventLoop'])),
      () => (host.health.ailment = ''),
    );
  },
  crashServer,
};

export function crash(context: FaultContext, hosts: readonly SimulatedHost[]): (() => void) | undefined {
  const victims = hosts.filter(({ alive }) => alive);
  if (victims.length === 0) return undefined;
  for (const victim of victims) victim.crash();
  for (const victim of victims) context.notice(victim, context.hosts);
  return () => {
    for (const victim of victims) victim.start();
  };
}

/** A snapshot is under way: its source dies, so that it has to go on from another; or the leader does while it is being installed, or whoever installed it. */
function crashServer(context: FaultContext): (() => void) | undefined {
  const { random, hosts } = context;
  const [leader] = leaders(context);
  const installing = hosts.filter(({ isInstalling }) => isInstalling);
  if (leader !== undefined && installing.length > 0 && random.chance(0.5)) return crash(context, [leader]);
  const uncut = hosts.filter(({ alive, imageIsAhead }) => alive && imageIsAhead);
  if (uncut.length > 0 && random.chance(0.3)) return crash(context, [random.pick(uncut)]);
  const servers = present(context).flatMap(({ transfer }) => transfer.peer ?? []);
  if (servers.length === 0) return undefined;
  const server = random.pick(servers);
  return crash(
    context,
    hosts.filter(({ nodeId }) => nodeId === server),
  );
}

/** The leader's messages get lost more and more, then it crashes: some accepts reach few, some nobody. */
function lossyCrash(context: FaultContext): (() => void) | undefined {
  const { clock, random, hosts, network, plan, surge } = context;
  const [victim] = context.named?.alive === true ? [context.named] : leaders(context);
  if (victim === undefined) return undefined;
  const others = hosts.filter((other) => other !== victim);
  for (const other of others) network.setLinkFaults(victim.nodeId, other.nodeId, { ...plan.link, dropRate: 0.6 });
  surge(victim);
  let restart: (() => void) | undefined;
  let repaired = false;
  const restore = (): void => {
    for (const other of others) network.setLinkFaults(victim.nodeId, other.nodeId, plan.link);
  };
  clock.after(random.between(10, 120), () => {
    if (repaired) return;
    restore();
    restart = crash(context, [victim]);
  });
  return () => {
    repaired = true;
    restore();
    restart ??= crash(context, [victim]);
    restart?.();
  };
}
