import type { SimulatedHost } from '../host.js';
import type { Begin, FaultContext } from './faults.js';
import { anyone, leaders } from './targets.js';

type NetworkKind = 'isolate' | 'isolateLeader' | 'split' | 'oneWay' | 'hub' | 'chain' | 'clog';
type Link = readonly [SimulatedHost, SimulatedHost];

export const NETWORK_FAULTS: Readonly<Record<NetworkKind, Begin>> = {
  isolate: (context) => {
    const host = anyone(context);
    return cutBothWays(context, pairs([host], others(context, [host])));
  },
  isolateLeader: (context) => {
    const cutOff = leaders(context);
    return cutBothWays(context, pairs(cutOff, others(context, cutOff)));
  },
  split: (context) => {
    const { hosts, random } = context;
    const left = random.shuffle(hosts).slice(0, Math.ceil(hosts.length / 2));
    return cutBothWays(context, pairs(left, others(context, left)));
  },
  oneWay: (context) => {
    const host = anyone(context);
    const rest = others(context, [host]);
    return cut(context, pairs([host], context.random.chance(0.5) ? rest : rest.slice(0, 1)));
  },
  /** One node alone reaches the others: the quorum-loss and constrained scenarios of OmniPaxos. */
  hub: (context) => {
    const rest = others(context, [anyone(context)]);
    return cutBothWays(context, pairs(rest, rest));
  },
  chain: (context) => {
    const order = context.random.shuffle(context.hosts);
    const far = pairs(order, order).filter(([left, right]) => Math.abs(order.indexOf(left) - order.indexOf(right)) > 1);
    return cut(context, far);
  },
  clog: (context) => {
    const host = anyone(context);
    const { network } = context;
    const links = pairs([host], others(context, [host]));
    if (links.length === 0) return undefined;
    for (const [from, to] of links) network.clog(from.nodeId, to.nodeId);
    return () => mend(context, links);
  },
};

function others({ hosts }: FaultContext, those: readonly SimulatedHost[]): SimulatedHost[] {
  return hosts.filter((host) => !those.includes(host));
}

function pairs(left: readonly SimulatedHost[], right: readonly SimulatedHost[]): Link[] {
  return left.flatMap((from) => right.filter((to) => to !== from).map((to): Link => [from, to]));
}

function cutBothWays(context: FaultContext, links: readonly Link[]): (() => void) | undefined {
  return cut(context, [...links, ...links.map(([from, to]): Link => [to, from])]);
}

function cut(context: FaultContext, links: readonly Link[]): (() => void) | undefined {
  if (links.length === 0) return undefined;
  for (const [from, to] of links) {
    context.network.cut(from.nodeId, to.nodeId);
    context.notice(from, [to]);
  }
  return () => mend(context, links);
}

function mend({ network }: FaultContext, links: readonly Link[]): void {
  for (const [from, to] of links) network.mend(from.nodeId, to.nodeId);
}
