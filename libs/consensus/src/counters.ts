/** What a replica has seen since it started; only ever rises. For metrics, and for the simulator's must-reach events. */
export interface ReplicaCounters {
  droppedWrongVersion: number;
  droppedWrongCluster: number;
  droppedWrongGroup: number;
  droppedWrongAddressee: number;
  droppedNotMember: number;
  /** A second storage id under a known node id (I10). */
  droppedStorageIdConflict: number;
  /** Answers to a second storage id under a known node id. */
  rejectedStrangers: number;
  /** Messages of a peer whose storage id isn't on the disk yet. */
  droppedUnidentified: number;
  /** A leader's message under a ballot that its sender doesn't own. */
  droppedForeignBallot: number;
  /** Accepts too far above what this replica knows chosen; it catches up by fetch first. */
  droppedBeyondHorizon: number;
  droppedOverloaded: number;
  /** Rounds that were made longer because replies came later than one round. */
  roundsLengthened: number;
  elections: number;
  leaderships: number;
  /** Times that this replica led and lost it. */
  depositions: number;
  /** Times that this replica, leading, was refused because its ballot is old. */
  deposedRefusals: number;
  gaveWayUnhealthy: number;
  /** Times that the own clock was found to be off. */
  clockUnfit: number;
  /** Prepares and accepts left unanswered for want of room on the disk. */
  diskFullRefusals: number;
  gaveWayNoQuorum: number;
  candidaciesStalled: number;
  /** Candidates that gave up because everybody trimmed what they lack. */
  candidaciesWithoutLog: number;
  holesFilled: number;
  valuesRecovered: number;
  /** Recovered values that fewer acceptors reported than a phase-2 quorum has. */
  minorityValuesRecovered: number;
  /** Phase 1 waited because too few acceptors knew what they hold in some slot. */
  phase1BlockedByUnknown: number;
  /** Candidates that had to get what an acceptor of their quorum had trimmed, and then led. */
  recoveredWithTrimmedAcceptor: number;
  promisesSent: number;
  promisesChunked: number;
  promisesWhileInstalling: number;
  prepareRefusals: number;
  acceptRefusals: number;
  entriesAccepted: number;
  entriesProposed: number;
  commandsProposed: number;
  slotsApplied: number;
  proposalsRefused: number;
  resends: number;
  followersStalled: number;
  fetchesSent: number;
  fetchesServedFromCache: number;
  fetchesServedFromLog: number;
  entriesFetched: number;
  /** A peer no longer has what this replica needs: only a snapshot helps. */
  snapshotsNeeded: number;
  snapshotsFetched: number;
  snapshotsFailed: number;
  snapshotsInstalled: number;
  snapshotsDiscarded: number;
  slotsTrimmed: number;
  /** Trims that asked for more than the image covers (I7). */
  trimsClamped: number;
  /** Loads from the log that a trim or an installed snapshot passed. */
  loadsPassedByTrim: number;
  recordsRepaired: number;
  /** Damaged records that no peer holds any more. */
  recordsGivenUp: number;
  startsWithLostImage: number;
  startsWithGap: number;
  leadershipTransfers: number;
  transfersTimedOut: number;
  handOversSent: number;
  /** Candidacies on the word of a leader that hands over. */
  handOversTaken: number;
  readsConfirmed: number;
  readsRefused: number;
  confirmRounds: number;
}

export function newCounters(): ReplicaCounters {
  return {
    droppedWrongVersion: 0,
    droppedWrongCluster: 0,
    droppedWrongGroup: 0,
    droppedWrongAddressee: 0,
    droppedNotMember: 0,
    droppedStorageIdConflict: 0,
    rejectedStrangers: 0,
    droppedUnidentified: 0,
    droppedForeignBallot: 0,
    droppedBeyondHorizon: 0,
    droppedOverloaded: 0,
    roundsLengthened: 0,
    elections: 0,
    leaderships: 0,
    depositions: 0,
    deposedRefusals: 0,
    gaveWayUnhealthy: 0,
    clockUnfit: 0,
    diskFullRefusals: 0,
    gaveWayNoQuorum: 0,
    candidaciesStalled: 0,
    candidaciesWithoutLog: 0,
    holesFilled: 0,
    valuesRecovered: 0,
    minorityValuesRecovered: 0,
    phase1BlockedByUnknown: 0,
    recoveredWithTrimmedAcceptor: 0,
    promisesSent: 0,
    promisesChunked: 0,
    promisesWhileInstalling: 0,
    prepareRefusals: 0,
    acceptRefusals: 0,
    entriesAccepted: 0,
    entriesProposed: 0,
    commandsProposed: 0,
    slotsApplied: 0,
    proposalsRefused: 0,
    resends: 0,
    followersStalled: 0,
    fetchesSent: 0,
    fetchesServedFromCache: 0,
    fetchesServedFromLog: 0,
    entriesFetched: 0,
    snapshotsNeeded: 0,
    snapshotsFetched: 0,
    snapshotsFailed: 0,
    snapshotsInstalled: 0,
    snapshotsDiscarded: 0,
    slotsTrimmed: 0,
    trimsClamped: 0,
    loadsPassedByTrim: 0,
    recordsRepaired: 0,
    recordsGivenUp: 0,
    startsWithLostImage: 0,
    startsWithGap: 0,
    leadershipTransfers: 0,
    transfersTimedOut: 0,
    handOversSent: 0,
    handOversTaken: 0,
    readsConfirmed: 0,
    readsRefused: 0,
    confirmRounds: 0,
  };
}
