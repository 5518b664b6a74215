import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, systemTimers } from '@synod/observability';
import { callUnary, ClientPool, messagesOf } from '@synod/rpc';
import { services } from '@synod/wire';
import { codeOf, quiet } from '../testing/basics.spec-support.js';
import { Coordinator } from './coordinator.js';
import { openDurable } from './durable.js';
import type { Durable, DurableOptions } from './durable.js';

const SECURITY = { insecure: true } as never;
const time = { clock: systemClock, timers: systemTimers, logger: quiet };

async function closeDurable({ log, image, snapshots, history }: Durable): Promise<void> {
  await snapshots.close();
  await Promise.all([image.close(), history.stop(), log.close()]);
}

describe('a coordinator with a real data directory', () => {
  let directory: string;
  const started: Coordinator[] = [];
  const pools: { close(): void }[] = [];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'synod-coordinator-'));
  });

  afterEach(async () => {
    for (const pool of pools.splice(0)) pool.close();
    await Promise.all(started.splice(0).map((coordinator) => coordinator.stop()));
    rmSync(directory, { recursive: true, force: true });
  });

  const options = (changes: Partial<DurableOptions> = {}): DurableOptions => ({
    ...{ directory, id: 'c1', address: '127.0.0.1:1', clusterName: 'synod', initialMembers: undefined },
    ...changes,
  });

  const clusterAt = (address: string) => {
    const pool = new ClientPool(services.ClusterService, SECURITY);
    pools.push(pool);
    return pool.get(address);
  };

  const coordinatorAt = async (logger = quiet): Promise<Coordinator> => {
    const durable = await openDurable(options(), time);
    const coordinator = new Coordinator({
      ...{ ...time, logger },
      ...{ durable, security: SECURITY, directory, address: '127.0.0.1:1', version: 'test', featureLevel: 1 },
      consul: { nodeStore: 'embedded', consul: undefined } as never,
      die: (reason) => {
        throw new Error(reason);
      },
    });
    started.push(coordinator);
    return coordinator;
  };

  const jobsAt = (address: string) => {
    const pool = new ClientPool(services.JobService, SECURITY);
    pools.push(pool);
    return pool.get(address);
  };

  const spec = { exec: { command: 'true' } };

  it('serves alone, and knows after a restart what it acknowledged before', async () => {
    const first = await coordinatorAt();
    const jobs = jobsAt(await first.start('127.0.0.1:0'));
    const { jobId } = await callUnary(jobs, 'submitJob', { spec });
    await first.stop();
    const second = await coordinatorAt();
    const again = jobsAt(await second.start('127.0.0.1:0'));
    const { job } = await callUnary(again, 'getJob', { jobId });
    expect(job).toMatchObject({ jobId, state: 'JOB_STATE_READY' });
  });

  it('a restart begins at the image that the stop wrote, and keeps the log behind it for others', async () => {
    const first = await coordinatorAt();
    const jobs = jobsAt(await first.start('127.0.0.1:0'));
    const ids = await Promise.all([1, 2, 3].map(async () => (await callUnary(jobs, 'submitJob', { spec })).jobId));
    await first.stop();
    const lines: { message: string; fields: Readonly<Record<string, unknown>> }[] = [];
    const info = (fields: Readonly<Record<string, unknown>>, message: string) => lines.push({ message, fields });
    const second = await coordinatorAt({ ...quiet, info });
    const address = await second.start('127.0.0.1:0');
    const loaded = lines.find(({ message }) => message === 'image of the state loaded');
    const replayed = lines.find(({ message }) => message === 'log replayed');
    expect(loaded?.fields.slot).toBeGreaterThan(0);
    expect(replayed?.fields).toMatchObject({ imageSlot: loaded?.fields.slot, chosenThroughSlot: loaded?.fields.slot });
    const { jobs: kept } = await callUnary(jobsAt(address), 'listJobs', { pageSize: 10 });
    expect(kept.map(({ jobId }) => jobId).sort()).toEqual([...ids].sort());
    const { member } = await callUnary(clusterAt(address), 'getMemberStatus', {});
    expect(member).toMatchObject({ trimmedThroughSlot: '0', diskState: 'DISK_STATE_OK', needsSnapshot: false });
    expect(Number(member?.imageSlot)).toBeGreaterThan(0);
    expect(Number(member?.diskFreeBytes)).toBeGreaterThan(0);
  });

  it('one alone hands the lead to nobody, and knows no member by another name', async () => {
    const coordinator = await coordinatorAt();
    const address = await coordinator.start('127.0.0.1:0');
    await callUnary(jobsAt(address), 'submitJob', { spec });
    const reasons = await Promise.all(
      ['', 'c9', 'c1'].map((targetId) =>
        callUnary(clusterAt(address), 'transferLeadership', { targetId }).then(({ outcome }) => outcome, codeOf),
      ),
    );
    expect(reasons).toEqual(['TRANSFER_REFUSED', 'TRANSFER_REFUSED', 'TRANSFER_OUTCOME_ALREADY_LEADER']);
  });

  it('state and history are given to members of the cluster only', async () => {
    const coordinator = await coordinatorAt();
    const address = await coordinator.start('127.0.0.1:0');
    const pool = new ClientPool(services.PaxosService, SECURITY);
    pools.push(pool);
    const { clusterId } = await callUnary(clusterAt(address), 'getMemberStatus', {});
    const ask = async (calls: AsyncIterable<unknown>) => {
      try {
        for await (const message of calls) return message;
      } catch (error) {
        return codeOf(error);
      }
      return 'nothing';
    };
    for (const asker of [
      { clusterId: 'other', nodeId: 'c2' },
      { clusterId, nodeId: 'c9' },
      { clusterId, nodeId: 'c1' },
    ]) {
      expect(await ask(messagesOf(pool.get(address).fetchSnapshot(asker)))).toBe('WRONG_CLUSTER');
      expect(await ask(messagesOf(pool.get(address).fetchHistory(asker)))).toBe('WRONG_CLUSTER');
    }
  });

  it('stops under load, with streams open: every answer is given or refused, and the directory is free', async () => {
    const coordinator = await coordinatorAt();
    const jobs = jobsAt(await coordinator.start('127.0.0.1:0'));
    await callUnary(jobs, 'submitJob', { spec });
    const watch = jobs.watchEvents({});
    const standing = new Promise((resolve) => watch.once('data', resolve));
    const over = new Promise((resolve) => watch.once('status', resolve));
    watch.on('error', () => undefined);
    watch.on('data', () => undefined);
    await standing;
    const answers = Array.from({ length: 200 }, () =>
      callUnary(jobs, 'submitJob', { spec }).then(
        () => 'done',
        () => 'refused',
      ),
    );
    await answers[0];
    const stops = [coordinator.stop(), coordinator.stop()];
    await Promise.all(stops);
    const outcomes = await Promise.all(answers);
    const done = outcomes.filter((outcome) => outcome === 'done').length;
    await over;
    const next = await coordinatorAt();
    const address = await next.start('127.0.0.1:0');
    const { jobs: kept } = await callUnary(jobsAt(address), 'listJobs', { pageSize: 1_000 });
    // What was acknowledged is there; what was refused in the middle of its way may be.
    expect(kept.length).toBeGreaterThanOrEqual(done + 1);
    expect(kept.length).toBeLessThanOrEqual(201);
  });

  it('a start that fails (its port is taken) can be stopped, and leaves the directory free', async () => {
    const other = await coordinatorAt();
    const taken = await other.start('127.0.0.1:0');
    const elsewhere = mkdtempSync(join(tmpdir(), 'synod-coordinator-'));
    try {
      const durable = await openDurable(options({ directory: elsewhere }), time);
      const failing = new Coordinator({
        ...time,
        ...{ durable, security: SECURITY, directory: elsewhere, address: taken, version: 'test', featureLevel: 1 },
        consul: { nodeStore: 'embedded', consul: undefined } as never,
        die: () => undefined,
      });
      await expect(failing.start(taken)).rejects.toMatchObject({ code: 'addressInUse' });
      await failing.stop();
      const again = await openDurable(options({ directory: elsewhere }), time);
      await closeDurable(again);
    } finally {
      rmSync(elsewhere, { recursive: true, force: true });
    }
  });

  describe('its data directory', () => {
    const members = [
      { id: 'c1', address: 'a:1' },
      { id: 'c2', address: 'b:2' },
    ];
    const open = async (changes: Partial<DurableOptions>) => {
      const durable = await openDurable(options(changes), time);
      await closeDurable(durable);
      return durable;
    };

    it('belongs to one node and one group: another id, other members are refused; naming none is fine', async () => {
      const first = await open({ initialMembers: members });
      await expect(open({ id: 'c2', initialMembers: members })).rejects.toMatchObject({ facts: { option: 'id' } });
      const other = [...members, { id: 'c3', address: 'c:3' }];
      await expect(open({ initialMembers: other })).rejects.toMatchObject({ facts: { option: 'initial-members' } });
      const restarted = await open({});
      expect(restarted.members).toEqual(members);
      expect(restarted.log.incarnation).toBeGreaterThan(first.log.incarnation);
    });

    it('the cluster id follows from name and members alone: equal for all of a group, another for another', async () => {
      const ids = await Promise.all(
        [{}, { id: 'c2' }, { clusterName: 'other' }, { initialMembers: members.slice(0, 1) }].map(async (changes) => {
          const own = mkdtempSync(join(tmpdir(), 'synod-coordinator-'));
          try {
            const { log } = await open({ directory: own, initialMembers: members, ...changes });
            return log.identity.clusterId;
          } finally {
            rmSync(own, { recursive: true, force: true });
          }
        }),
      );
      expect(ids[1]).toBe(ids[0]);
      expect(new Set(ids).size).toBe(3);
    });
  });
});
