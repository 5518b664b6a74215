import type { Command } from './commands.js';
import type { WorkerScheduling } from './worker.js';
import { aNode, aSpec, aWorker, anEnd, anHttpTask, Driver, someLimits, START_MS } from './machine.spec-support.js';

/** The state after these commands, all in one entry, in this order. */
function hashAfter(...bodies: readonly Command[]): string {
  const driver = new Driver();
  driver.raiseLevel();
  driver.apply(...bodies.map((body) => driver.envelope(body)));
  return driver.machine.stateHash();
}

const open = (workerId: string): Command => ({ type: 'openAgentSession', worker: aWorker(workerId), held: [] });

describe('state hash', () => {
  it('is 16 hexadecimal digits', () => {
    expect(new Driver().machine.stateHash()).toMatch(/^[0-9a-f]{16}$/);
  });

  it('does not depend on the order in which an equal state came about', () => {
    expect(hashAfter(open('w1'), open('w2'))).toBe(hashAfter(open('w2'), open('w1')));
  });

  it('differs for each thing that differs', () => {
    const submit = (changes: Parameters<typeof aSpec>[0] = {}): Command => ({
      type: 'submitJobs',
      specs: [aSpec(changes)],
      idempotencyKey: '',
    });
    const worker = (changes: Parameters<typeof aWorker>[1]): Command => ({
      type: 'openAgentSession',
      worker: aWorker('w1', changes),
      held: [],
    });
    const node = (changes: Parameters<typeof aNode>[1]): Command => ({
      type: 'registerNode',
      node: aNode('n', changes),
    });
    const { umask, ...withoutUmask } = someLimits();
    expect(umask).toBeDefined();
    const exec = { kind: 'exec' as const, command: 'c', args: [] as string[], env: {}, cwd: '', stdin: '', user: '' };
    const commands: readonly Command[] = [
      submit(),
      submit({ queue: 'q' }),
      submit({ labels: { a: 'b' } }),
      submit({ workerLabels: { a: 'b' } }),
      submit({ placement: 'consistentHash' }),
      submit({ placementKey: 'k' }),
      submit({ placement: 'spread' }),
      submit({ placement: 'spread', placementOptions: {} }),
      submit({ placement: 'spread', placementOptions: { spreadLabel: '' } }),
      submit({ placement: 'spread', placementOptions: { spreadLabel: 'k' } }),
      submit({ placement: 'spread', placementKey: 'k' }),
      submit({ placement: 'powerOfChoices', placementOptions: { choices: 3 } }),
      submit({ placement: 'powerOfChoices', placementOptions: { loadFactorPercent: 3 } }),
      submit({ ownPlacement: true }),
      submit({ ownPlacement: true, placementOptions: {} }),
      submit({ mode: 'atMostOnce' }),
      submit({ lostAfterMs: 1 }),
      submit({ startToCloseTimeoutMs: 1 }),
      submit({ killGraceMs: 1 }),
      submit({ maxLostAttempts: 1 }),
      submit({ task: exec }),
      submit({ task: { ...exec, args: ['ab', 'c'] } }),
      submit({ task: { ...exec, args: ['a', 'bc'] } }),
      submit({ task: { ...exec, args: ['abc'] } }),
      submit({ task: { ...exec, env: { a: 'bc' } } }),
      submit({ task: { ...exec, env: { ab: 'c' } } }),
      submit({ task: { ...exec, cwd: 'x' } }),
      submit({ task: { ...exec, stdin: 'x' } }),
      submit({ task: { ...exec, user: 'x' } }),
      submit({ task: { kind: 'handler', handler: 'c', payload: '' } }),
      submit({ task: { kind: 'handler', handler: '', payload: 'c' } }),
      submit({ task: { ...exec, limits: someLimits() } }),
      submit({ task: { ...exec, limits: someLimits({ umask: 0 }) } }),
      submit({ task: { ...exec, limits: withoutUmask } }),
      submit({ task: { ...exec, limits: someLimits({ ulimits: [] }) } }),
      submit({ task: { ...exec, limits: someLimits({ ulimits: [{ name: 'core', soft: 1_024, hard: 4_096 }] }) } }),
      submit({ task: { ...exec, limits: someLimits({ ulimits: [{ name: 'nofile', soft: 1, hard: 4_096 }] }) } }),
      submit({ task: { ...exec, limits: someLimits({ ulimits: [{ name: 'nofile', soft: 1_024, hard: -1 }] }) } }),
      submit({ task: { ...exec, limits: someLimits({ memoryMaxBytes: 0 }) } }),
      submit({ task: { ...exec, limits: someLimits({ cpuMaxPercent: 0 }) } }),
      submit({ task: { ...exec, limits: someLimits({ pidsMax: 0 }) } }),
      submit({ task: { ...exec, limits: someLimits({ policy: 'require' }) } }),
      submit({ task: anHttpTask() }),
      submit({ task: anHttpTask({ method: 'PUT' }) }),
      submit({ task: anHttpTask({ url: 'http://x' }) }),
      submit({ task: anHttpTask({ headers: {} }) }),
      submit({ task: anHttpTask({ body: '' }) }),
      submit({ task: anHttpTask({ expectedStatuses: [{ from: 200, to: 200 }] }) }),
      submit({ task: anHttpTask({ expectedStatuses: [{ from: 201, to: 299 }] }) }),
      submit({ task: anHttpTask({ requestTimeoutMs: 1 }) }),
      submit({ task: anHttpTask({ maxRedirects: 1 }) }),
      { type: 'submitJobs', specs: [aSpec(), aSpec()], idempotencyKey: '' },
      { type: 'submitJobs', specs: [aSpec()], idempotencyKey: 'k' },
      worker({}),
      worker({ incarnation: 2 ** 40 }),
      worker({ incarnation: 2 ** 41 }),
      worker({ labels: { a: 'b' } }),
      worker({ capacity: 5 }),
      worker({ runsExec: false }),
      worker({ runsHttp: true }),
      worker({ handlers: ['a'] }),
      worker({ version: '2' }),
      worker({ host: 'h' }),
      node({}),
      node({ kind: 'registry' }),
      node({ address: 'x' }),
      node({ incarnation: 2 }),
      node({ labels: { a: 'b' } }),
      node({ capacity: 2 }),
      node({ version: '2' }),
      node({ ttlMs: 1 }),
    ];
    const hashes = commands.map((command) => hashAfter(command));
    expect(new Set(hashes).size).toBe(commands.length);
  });

  it('differs for each state in the life of a job, and for each end', () => {
    const hashes = new Set<string>();
    const ends = [
      anEnd('succeeded'),
      anEnd('succeeded', { exitCode: undefined }),
      anEnd('succeeded', { result: 'a' }),
      anEnd('succeeded', { stdoutTail: 'a' }),
      anEnd('succeeded', { stderrTail: 'a' }),
      anEnd('succeeded', { message: 'a' }),
      anEnd('succeeded', { signal: 'a' }),
      anEnd('failed'),
    ];
    for (const end of ends) {
      const driver = new Driver();
      driver.open(aWorker('w1'));
      const jobId = driver.submitOne();
      const ref = driver.assign(jobId, 'w1');
      driver.start('w1', ref);
      const running = driver.machine.stateHash();
      driver.finish('w1', ref, end);
      hashes.add(driver.machine.stateHash());
      expect(hashes.has(running)).toBe(false);
    }
    expect(hashes.size).toBe(ends.length);
  });

  it('differs for each way in which a worker is scheduled, and for what was evicted or drained there', () => {
    const hashes = new Set<string>();
    const ways: readonly (readonly [WorkerScheduling, number?, number?])[] = [
      ['active'],
      ['cordoned'],
      ['draining'],
      ['draining', START_MS + 1],
      ['draining', START_MS],
      ['draining', START_MS, 1],
    ];
    for (const way of ways) {
      const driver = new Driver();
      driver.raiseLevel();
      driver.open(aWorker('w1'));
      const ref = driver.assign(driver.submitOne(), 'w1');
      driver.schedule('w1', ...way);
      hashes.add(driver.machine.stateHash());
      if (way[1] !== START_MS) continue;
      driver.evict('w1');
      hashes.add(driver.machine.stateHash());
      driver.report('w1', ref, { end: anEnd('lost') });
      hashes.add(driver.machine.stateHash());
    }
    expect(hashes.size).toBe(ways.length + 4);
  });

  it('belongs to its group and generation', () => {
    const hashes = [{}, { groupId: 1 }, { generation: 1 }].map((options) => new Driver(options).machine.stateHash());
    expect(new Set(hashes).size).toBe(3);
  });

  it('includes the client sessions', () => {
    const driver = new Driver();
    const before = driver.machine.stateHash();
    driver.command({ type: 'loseAttempts', attempts: [], reason: '' });
    expect(driver.machine.stateHash()).not.toBe(before);
  });
});
