import type { Command, CommandReply, JobId } from '@synod/jobs';
import { aSpec, aWorker, anEnd, codeOf } from './testing/basics.spec-support.js';
import { TestGroup } from './testing/group.spec-support.js';
import type { TestNode } from './testing/group.spec-support.js';

const submit = (count = 1): Command => ({
  type: 'submitJobs',
  specs: Array.from({ length: count }, () => aSpec()),
  idempotencyKey: '',
});

const jobIdsOf = (reply: CommandReply): readonly JobId[] => (reply.type === 'jobsSubmitted' ? reply.jobIds : []);

describe('image and snapshots (N=3)', () => {
  let group: TestGroup;

  beforeEach(async () => {
    group = await TestGroup.start(3);
  });

  afterEach(() => {
    group.stop();
    expect(group.deaths).toEqual([]);
  });

  const state = (node: TestNode) => node.replication.state;
  const status = (node: TestNode) => {
    const found = node.replication.host.status();
    if (found === undefined) throw new Error('not started');
    return found;
  };

  const converged = (): Promise<void> =>
    group.until('equal states', () => new Set(group.all.map((node) => state(node).appliedSlot)).size === 1);

  const equalHashes = (): void => {
    expect(new Set(group.all.map((node) => state(node).stateHash())).size).toBe(1);
    expect(group.all).toHaveLength(3);
  };

  /** Submits at a node that runs, and waits for the reply there. */
  const submitted = async (count = 1, at = group.theLeader()): Promise<readonly JobId[]> =>
    jobIdsOf(await group.outcome('a reply', at.propose(submit(count))));

  /** Lets all images come to what is applied, and trims every log there: what a long time does. */
  const trimAll = async (): Promise<void> => {
    await group.until('images', () => group.all.every((node) => status(node).imageSlot === state(node).appliedSlot));
    for (const node of group.all) node.replication.host.trim(state(node).appliedSlot);
    await group.until('trims', () => group.all.every((node) => status(node).trimmedThroughSlot > 0));
  };

  /** A follower misses what the others decide and trim, then comes back. */
  const leaveBehind = async (node: TestNode, during: () => Promise<unknown>): Promise<void> => {
    group.cutOff(node.id);
    await during();
    await trimAllBut(node);
    group.heal();
  };

  const trimAllBut = async (behind: TestNode): Promise<void> => {
    const others = group.all.filter((node) => node !== behind);
    await group.until('images', () => others.every((node) => status(node).imageSlot === state(node).appliedSlot));
    for (const node of others) node.replication.host.trim(state(node).appliedSlot);
    await group.until('trims', () =>
      others.every((node) => status(node).trimmedThroughSlot > state(behind).appliedSlot),
    );
  };

  it('a restart loads the image and replays what the log has behind it', async () => {
    const jobIds = await submitted(5);
    await trimAll();
    const more = await submitted(5);
    await converged();
    const { id } = group.followers()[0] as TestNode;
    group.crash(id);
    const again = await group.startNode(id);
    expect(again.log.incarnation).toBe(2);
    for (const jobId of jobIds) expect(state(again).view.job(jobId)?.state).toBe('ready');
    await converged();
    for (const jobId of more) expect(state(again).view.job(jobId)?.state).toBe('ready');
    equalHashes();
    expect(again.snapshots.made).toBe(0);
  });

  it('the whole group restarts from images over trimmed logs', async () => {
    const jobIds = await submitted(30);
    await trimAll();
    for (const id of group.ids) group.crash(id);
    for (const id of group.ids) await group.startNode(id);
    await group.until('a leader', () => group.leader() !== undefined);
    for (const node of group.all) expect(jobIds.every((jobId) => state(node).view.job(jobId) !== undefined)).toBe(true);
    await submitted();
    await converged();
    equalHashes();
  });

  it('a member that fell behind a trimmed log installs a snapshot, and goes on by the log', async () => {
    const [behind] = group.followers() as [TestNode];
    await leaveBehind(behind, () => submitted(50));
    await group.until('a snapshot', () => group.snapshotChunks > 0);
    await converged();
    equalHashes();
    const [jobId] = await submitted(1, behind);
    expect(state(behind).view.job(jobId ?? '')?.state).toBe('ready');
    // Its image is that of the snapshot, and a restart needs no other.
    await group.until('its image', () => status(behind).imageSlot === state(behind).appliedSlot);
    const chunks = group.snapshotChunks;
    group.crash(behind.id);
    await group.startNode(behind.id);
    await converged();
    equalHashes();
    expect(group.snapshotChunks).toBe(chunks);
  });

  it('a member whose image is damaged and whose log is trimmed comes back by a snapshot', async () => {
    await submitted(40);
    await trimAll();
    const { id } = group.followers()[0] as TestNode;
    group.crash(id);
    const disk = group.diskOf(id).image;
    disk.damagedKeys.add([...disk.records.keys()].find((key) => key.startsWith('j/')) ?? '');
    const again = await group.startNode(id);
    expect(state(again).appliedSlot).toBe(0);
    await converged();
    equalHashes();
    expect(group.snapshotChunks).toBeGreaterThan(0);
  });

  it('an image whose records are whole but of two states is found by its hash, and dropped', async () => {
    await submitted(10);
    await trimAll();
    const { id } = group.followers()[0] as TestNode;
    group.crash(id);
    const { records, state: was } = group.diskOf(id).image;
    const job = [...records.keys()].find((key) => key.startsWith('j/')) ?? '';
    records.delete(job);
    if (was !== undefined) group.diskOf(id).image.state = { ...was, records: records.size };
    await group.startNode(id);
    await converged();
    equalHashes();
  });

  it('a damaged image over a whole log is made anew from the log, without a snapshot', async () => {
    const jobIds = await submitted(10);
    await converged();
    const { id } = group.followers()[0] as TestNode;
    await group.until('its image', () => status(group.node(id)).imageSlot > 0);
    group.crash(id);
    const disk = group.diskOf(id).image;
    disk.damagedKeys.add([...disk.records.keys()][0] ?? '');
    const again = await group.startNode(id);
    await converged();
    for (const jobId of jobIds) expect(state(again).view.job(jobId)).toBeDefined();
    equalHashes();
    expect(group.snapshotChunks).toBe(0);
    await group.until('another image', () => status(again).imageSlot === state(again).appliedSlot);
  });

  it('a transfer that breaks goes on where it ended, and no chunk crosses twice', async () => {
    const [behind] = group.followers() as [TestNode];
    group.breakSnapshotAfter = 2;
    await leaveBehind(behind, () => submitted(200));
    await converged();
    equalHashes();
    const sender = group.all.find((node) => node.snapshots.made > 0) as TestNode;
    expect(group.snapshotChunks).toBe(group.diskOf(sender.id).snapshots.outgoing?.offer.chunks);
    expect(group.diskOf(behind.id).snapshots.incoming).toBeUndefined();
  });

  it('a member that crashes while it fetches, or while it installs, comes back', async () => {
    const { id } = group.followers()[0] as TestNode;
    await leaveBehind(group.node(id), () => submitted(200));
    await group.until('some chunks', () => group.snapshotChunks > 2);
    group.crash(id);
    await group.startNode(id);
    group.imageFlushMs = 5;
    const installing = (): boolean => group.node(id).catchUp.fetcher.progress?.installing === true;
    await group.until('an installation', installing);
    const imageBefore = group.diskOf(id).image.state;
    await group.pass(10);
    expect(installing()).toBe(true);
    expect(group.diskOf(id).image.state).toEqual(imageBefore);
    group.crash(id);
    group.imageFlushMs = 0;
    await group.startNode(id);
    await converged();
    equalHashes();
  });

  it('P9: commands of a member that were applied within the gap are answered, once, with their own replies', async () => {
    const [behind] = group.followers() as [TestNode];
    const sent: Promise<CommandReply>[] = [];
    await group.pass(5);
    // They reach the leader, and the member hears nothing of what becomes of them.
    for (let index = 0; index < 20; index += 1) sent.push(behind.propose(submit(2)));
    await group.pass(2);
    await leaveBehind(behind, () => submitted(20));
    const replies = await Promise.all(sent.map((reply) => group.outcome('a reply', reply)));
    const jobIds = replies.flatMap(jobIdsOf);
    expect(new Set(jobIds).size).toBe(40);
    await converged();
    equalHashes();
    for (const node of group.all) expect(state(node).view.counts().ready).toBe(60);
    expect(group.snapshotChunks).toBeGreaterThan(0);
  });

  it('events of the gap are not to be had: an older cursor is refused, and goes on from the snapshot', async () => {
    const [behind] = group.followers() as [TestNode];
    await submitted();
    await converged();
    const cursor = behind.events.now();
    await leaveBehind(behind, () => submitted(10));
    await group.until('a snapshot', () => state(behind).appliedSlot > cursor.slot);
    await converged();
    let code = '';
    try {
      behind.events.read(cursor, 10);
    } catch (error) {
      code = codeOf(error);
    }
    expect(code).toBe('cursorOutdated');
    const place = behind.events.now();
    const [jobId] = await submitted();
    await converged();
    const types = behind.events.read(place, 10).map(({ event }) => [event.type, 'jobId' in event && event.jobId]);
    expect(types).toContainEqual(['jobSubmitted', jobId]);
  });

  it('jobs that left the state within the gap are in every history afterwards, and can be asked for meanwhile', async () => {
    const [behind] = group.followers() as [TestNode];
    const leader = group.theLeader();
    const finish = async (count: number): Promise<readonly JobId[]> => {
      const jobIds = await submitted(count, leader);
      const records = jobIds.map((jobId) => finished(leader, jobId));
      for (const node of group.all) if (node !== behind) node.history.retired(records);
      return jobIds;
    };
    const before = await submitted();
    await converged();
    let within: readonly JobId[] = [];
    await leaveBehind(behind, async () => {
      within = await finish(30);
    });
    const [wanted = ''] = within;
    await group.until('a snapshot', () => state(behind).view.job(wanted) !== undefined);
    // It may still miss records, and knows whom to ask.
    const found = await group.outcome('a record', behind.catchUp.gap.find(wanted));
    expect(found?.jobId).toBe(wanted);
    await group.until('a whole history', () => !behind.catchUp.gap.isOpen);
    for (const jobId of within) expect((await behind.history.find(jobId))?.jobId).toBe(jobId);
    expect(await behind.history.find(before[0] ?? '')).toBeUndefined();
  });

  it('a leader hands over on demand, and what is submitted meanwhile is answered, once', async () => {
    const leader = group.theLeader();
    const [target] = group.followers() as [TestNode];
    await group.pass(300);
    const answers = Array.from({ length: 30 }, () => target.propose(submit()));
    const outcome = leader.replication.host.transferLeadership(target.id);
    for (let index = 0; index < 30; index += 1) answers.push(leader.propose(submit()));
    expect(await group.outcome('a transfer', outcome)).toBe('transferred');
    await group.until('the target leads', () => target.serving);
    const replies = await Promise.all(answers.map((answer) => group.outcome('a reply', answer)));
    expect(new Set(replies.flatMap(jobIdsOf)).size).toBe(60);
    await converged();
    equalHashes();
  });

  it('a level that all members support begins through the log; while one is away it does not', async () => {
    const { id } = group.followers()[0] as TestNode;
    group.featureLevel = 2;
    for (const one of group.ids) {
      if (one === id) continue;
      group.crash(one);
      await group.startNode(one);
    }
    await group.until('a leader', () => group.leader() !== undefined);
    await group.pass(6_000, 5);
    expect(state(group.theLeader()).view.featureLevel).toBe(1);
    group.crash(id);
    await group.pass(6_000, 5);
    expect(state(group.theLeader()).view.featureLevel).toBe(1);
    await group.startNode(id);
    await group.until('the level', () => group.all.every((node) => state(node).view.featureLevel === 2));
    equalHashes();
  });

  it('P15: a member without room promises nothing, writes no image, and says so; it goes on when there is room', async () => {
    const [full] = group.followers() as [TestNode];
    full.diskLevel = 'full';
    await group.pass(50);
    const flushes = full.image.stats().flushes;
    await submitted(20);
    await group.pass(3_000, 5);
    expect(full.image.stats().flushes).toBe(flushes);
    expect(status(full).unfitReason).toBe('diskFull');
    full.diskLevel = 'ok';
    await converged();
    equalHashes();
  });

  it('workers connected at a member that installs a snapshot are asked to open their session anew', async () => {
    const [behind] = group.followers() as [TestNode];
    const ended: string[] = [];
    const session = {
      worker: aWorker('w1'),
      end: (error: unknown) => ended.push(codeOf(error)),
    };
    behind.agents.sessions.opened(session as never);
    await leaveBehind(behind, () => submitted(10));
    await group.until('a snapshot', () => ended.length > 0);
    expect(ended).toEqual(['STATE_REPLACED']);
  });
});

/** A record of this job as if it had run. */
function finished(node: TestNode, jobId: JobId) {
  const job = node.replication.state.view.job(jobId);
  if (job === undefined) throw new Error(`${jobId} is unknown`);
  return { ...job, state: 'succeeded' as const, finishedAtMs: node.replication.state.view.timeMs + 1, end: anEnd() };
}
