/** What may go wrong in a run, each of them for a while, and what operators ask for. */
export const INJECTED_KINDS = [
  'crash',
  'crashLeader',
  'lossyLeaderCrash',
  'crashAll',
  'pause',
  'unhealthy',
  'isolate',
  'isolateLeader',
  'split',
  'oneWay',
  'hub',
  'chain',
  'clog',
  'slowDisk',
  'hungDisk',
  'failedFlush',
  'failThenSucceed',
  'fullDisk',
  'flipLog',
  'flipVotes',
  'flipImage',
  'vanish',
  'lyingDisk',
  'wrongClock',
  'wrongLeaderClock',
  'strangers',
  'transfer',
  'crashServer',
] as const;

export type InjectedKind = (typeof INJECTED_KINDS)[number];

/** Steady noise of links and clocks, on from the start where a plan has it. */
export const NOISE_KINDS = ['loss', 'duplication', 'reordering', 'replay', 'clockRate'] as const;

/** Those that cost a leader the lead, as a rule. */
export const LEADER_KINDS = [
  'crashLeader',
  'isolateLeader',
  'lossyLeaderCrash',
  'transfer',
  'wrongLeaderClock',
] as const;

/** Those that make no sense in a cluster of one, or that its fault budget of nothing forbids. */
export const NEEDS_PEERS: ReadonlySet<InjectedKind> = new Set<InjectedKind>([
  'lossyLeaderCrash',
  'isolate',
  'isolateLeader',
  'split',
  'oneWay',
  'hub',
  'chain',
  'clog',
  'flipLog',
  'flipVotes',
  'flipImage',
  'vanish',
  'lyingDisk',
  'wrongClock',
  'wrongLeaderClock',
  'transfer',
  'crashServer',
]);

/** Those for which there is seldom an occasion: drawn twice as often. */
export const SELDOM_POSSIBLE: ReadonlySet<InjectedKind> = new Set<InjectedKind>([
  'flipImage',
  'flipLog',
  'crashServer',
]);

/** Descriptions for reports. */
export const FAULT_DESCRIPTIONS: Readonly<Record<InjectedKind | (typeof NOISE_KINDS)[number], string>> = {
  crash: 'a node crashes and restarts',
  crashLeader: 'the leader crashes and restarts',
  lossyLeaderCrash: "the leader's messages get lost under a surge of commands, then it crashes",
  crashAll: 'all nodes crash at once',
  pause: 'a process stops for a while and goes on',
  unhealthy: 'a host says that it is not well',
  isolate: 'a node is cut off',
  isolateLeader: 'the leader is cut off',
  split: 'the nodes are split into two halves',
  oneWay: 'one direction of links is cut',
  hub: 'one node alone reaches all others',
  chain: 'each node reaches its neighbours only',
  clog: "a node's links hold messages back, and release them later",
  slowDisk: 'a disk is slow',
  hungDisk: 'a disk hangs, and goes on later',
  failedFlush: 'a flush fails, its writes lost or kept',
  failThenSucceed: 'a flush fails and later ones succeed',
  fullDisk: 'a disk is full, and has room again later',
  flipLog: 'bits flip in records of the log; some of the time in what a node lacks that is down',
  flipVotes: 'bits flip in votes of a bare quorum, the others of which are down',
  flipImage: 'bits flip in the image',
  vanish: 'a disk is lost; the node comes back empty under its old id',
  lyingDisk: 'a disk acknowledges early; some of the time power fails before it is durable',
  wrongClock: "a node's wall clock is set wrong",
  wrongLeaderClock: "the leader's wall clock is set wrong",
  strangers: 'messages of other clusters, unknown nodes and wrong disks arrive',
  transfer: 'an operator asks the leader to hand over',
  crashServer:
    'the node that serves a snapshot crashes, or the leader while one is installed, or who installed it before its log is cut',
  loss: 'messages lost',
  duplication: 'messages delivered twice',
  reordering: 'messages that overtook others',
  replay: 'messages delivered again long after',
  clockRate: 'runs whose clocks run fast or slow, by up to 15 %',
};
