import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecLimits } from '@synod/jobs';
import { isSameProcess, processIdentity } from '../shared/process-table.js';
import {
  bundleEntry,
  cleanUp,
  DEADLINE_MS,
  eventually,
  exitOf,
  fileText,
  temporaryFolder,
} from '../shared/process.spec-support.js';
import { outputOf, shellOrder, startGuard, TestAgent, type RunningGuard } from './guard.spec-support.js';

jest.setTimeout(2 * DEADLINE_MS);

const isRoot = process.getuid?.() === 0;
/** A hierarchy in which this test may make groups, as an agent with a delegated one may. */
const cgroupRoot = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'].find(
  (path) => isRoot && existsSync(join(path, 'cgroup.procs')) && existsSync(join(path, 'cgroup.controllers')),
);
const controllers = cgroupRoot === undefined ? '' : readFileSync(join(cgroupRoot, 'cgroup.controllers'), 'utf8');
const limits = (changes: Partial<ExecLimits>): { readonly limits: ExecLimits } => ({
  limits: { ulimits: [], memoryMaxBytes: 0, cpuMaxPercent: 0, pidsMax: 0, policy: 'require', ...changes },
});

let file: string;
let guard: RunningGuard;
let agent: TestAgent;

beforeAll(async () => {
  file = bundleEntry('guard/main.ts', temporaryFolder(), 'guard.cjs');
  guard = await startGuard(file, temporaryFolder());
  agent = await TestAgent.connect(guard.data);
  await agent.welcome();
});

afterAll(cleanUp);

describe('limits of a command', () => {
  test('umask and resource limits hold for it, and it is the same process all along', async () => {
    const script = 'umask; ulimit -Sn; ulimit -Hn; ulimit -c; echo $$';
    const ulimits = [{ name: 'core', soft: 0, hard: 0 } as const, { name: 'nofile', soft: 64, hard: 128 } as const];
    const order = shellOrder('limited', script, limits({ umask: 0o027, ulimits }));
    agent.start(order);
    const { pid } = await agent.started(order.key);
    expect(await agent.ended(order.key)).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
    expect(outputOf(guard.data, order, 'stdout')).toBe(`0027\n64\n128\n0\n${pid}\n`);
  });

  test('a command that writes more than it may is ended by the kernel', async () => {
    const ulimits = [{ name: 'fsize', soft: 4_096, hard: 4_096 } as const];
    const order = shellOrder('fsize', 'exec head -c 100000 /dev/zero > big', limits({ ulimits }));
    agent.start(order);
    expect(await agent.ended(order.key)).toMatchObject({ outcome: 'failed', signal: 'SIGXFSZ' });
  });

  test('what is not found or not executable is said as without limits', async () => {
    const ulimits = [{ name: 'core', soft: 0, hard: 0 } as const];
    const none = { ...shellOrder('none', '', limits({ ulimits })), command: 'no-such-command', args: [] };
    const file = join(temporaryFolder(), 'plain');
    writeFileSync(file, 'text', { mode: 0o600 });
    const plain = { ...shellOrder('plain', '', limits({ ulimits })), command: file, args: [] };
    agent.start(none);
    agent.start(plain);
    expect(await agent.ended(none.key)).toMatchObject({ exitCode: 127, message: 'command not found: no-such-command' });
    expect(await agent.ended(plain.key)).toMatchObject({ exitCode: 126, outcome: 'failed' });
  });

  test('a limit that the host has no control group for fails the attempt, or is done without, as asked', async () => {
    const required = shellOrder('required', 'true', limits({ memoryMaxBytes: 2 ** 26, pidsMax: 5 }));
    const preferred = shellOrder('preferred', 'true', limits({ memoryMaxBytes: 2 ** 26, policy: 'prefer' }));
    agent.start(required);
    agent.start(preferred);
    expect(await agent.ended(required.key)).toMatchObject({ outcome: 'failed', exitCode: 126 });
    expect((await agent.ended(required.key)).message).toContain("can't limit memory and pids");
    expect(await agent.ended(preferred.key)).toMatchObject({ outcome: 'succeeded' });
    expect(guard.log()).toContain('without limits that it would rather have');
  });

  (isRoot ? test : test.skip)('a user comes with all groups, and nothing of the agent’s', async () => {
    const order = shellOrder('groups', 'id -u; id -G; grep NoNewPrivs /proc/self/status >/dev/null', {
      user: 'daemon',
    });
    agent.start(order);
    expect(await agent.ended(order.key)).toMatchObject({ outcome: 'succeeded' });
    const expected = await groupsOf('daemon');
    expect(outputOf(guard.data, order, 'stdout')).toBe(`1\n${expected}\n`);
  });
});

async function groupsOf(user: string): Promise<string> {
  const order = shellOrder('groups-of', `id -G ${user}`);
  agent.start(order);
  await agent.ended(order.key);
  return outputOf(guard.data, order, 'stdout').trim();
}

describe('a host that allows some commands only', () => {
  const allowCommands = ['/usr/bin/env', '/bin/sh'];

  test('runs those, however they are named', async () => {
    for (const [at, command] of ['sh', '/bin/sh', '/usr/bin/sh'].entries()) {
      const order = { ...shellOrder(`allowed-${at}`, 'exit 3', { allowCommands }), command };
      agent.start(order);
      expect(await agent.ended(order.key)).toMatchObject({ exitCode: 3 });
    }
  });

  test('refuses others with status 126, and says which are allowed', async () => {
    const order = { ...shellOrder('refused', '', { allowCommands }), command: 'id', args: [] };
    agent.start(order);
    const { exitCode, outcome, message } = await agent.ended(order.key);
    expect([exitCode, outcome]).toEqual([126, 'failed']);
    expect(message).toMatch(/does not allow \S*\/id; allowed are: \/usr\/bin\/env, \/bin\/sh/);
  });

  test('refuses a file of an allowed one’s name elsewhere, and code that is loaded before it', async () => {
    const path = temporaryFolder();
    writeFileSync(join(path, 'sh'), '#!/bin/sh\necho forged\n', { mode: 0o755 });
    const forged = shellOrder('forged', 'true', { allowCommands, env: { PATH: path } });
    const preloaded = shellOrder('preloaded', 'true', { allowCommands, env: { LD_PRELOAD: '/tmp/x.so' } });
    agent.start(forged);
    agent.start(preloaded);
    expect(await agent.ended(forged.key)).toMatchObject({ exitCode: 126 });
    expect(await agent.ended(preloaded.key)).toMatchObject({ exitCode: 126 });
  });
});

(cgroupRoot === undefined ? describe.skip : describe)('a control group for each attempt', () => {
  /** A shell that leaves its group and session, and lives on. */
  const escape =
    'setsid sh -c "echo \\$\\$ > escaped; exec sleep 1000" & while [ ! -s escaped ]; do sleep 0.01; done; cat escaped';

  async function escaped(
    data: string,
    order: ReturnType<typeof shellOrder>,
  ): Promise<{ pid: number; identity: string }> {
    const text = await eventually('a process escapes', () => outputOf(data, order, 'stdout').trim() || undefined);
    const pid = Number(text);
    return { pid, identity: processIdentity(pid) };
  }

  async function guarded(data = temporaryFolder()): Promise<{ guard: RunningGuard; agent: TestAgent; data: string }> {
    const own = await startGuard(file, data, { cgroup: cgroupRoot });
    const connected = await TestAgent.connect(data);
    await connected.welcome();
    return { guard: own, agent: connected, data };
  }

  test('what left its process group ends with its attempt, and the group is gone', async () => {
    const { agent: own, data } = await guarded();
    const go = join(temporaryFolder(), 'go');
    const order = shellOrder('escapes', `${escape}; while [ ! -e ${go} ]; do sleep 0.01; done`);
    own.start(order);
    const { cgroup } = await own.started(order.key);
    const { pid, identity } = await escaped(data, order);
    expect(isSameProcess(pid, identity)).toBe(true);
    writeFileSync(go, '');
    expect(await own.ended(order.key)).toMatchObject({ outcome: 'succeeded' });
    expect(isSameProcess(pid, identity)).toBe(false);
    expect(cgroup).toBeDefined();
    expect(existsSync(cgroup as string)).toBe(false);
    own.send({ type: 'retire' });
  });

  test('what a guard left that was killed is ended by the next one', async () => {
    const { guard: first, agent: own, data } = await guarded();
    const order = shellOrder('orphan', `${escape}; exec sleep 1000`);
    own.start(order);
    await own.started(order.key);
    const { pid, identity } = await escaped(data, order);
    first.process.kill('SIGKILL');
    await exitOf(first.process);
    expect(isSameProcess(pid, identity)).toBe(true);
    const { agent: next } = await guarded(data);
    await eventually('the escaped process is gone', () => !isSameProcess(pid, identity));
    next.send({ type: 'retire' });
  });

  test('limits are set where there is a controller, and missed where there is none', async () => {
    const { agent: own, guard: limited } = await guarded();
    const order = shellOrder('pids', 'cat /proc/self/cgroup', limits({ pidsMax: 7, policy: 'prefer' }));
    own.start(order);
    expect(await own.ended(order.key)).toMatchObject({ outcome: 'succeeded' });
    const isMissed = limited.log().includes('without limits');
    expect(isMissed).toBe(!controllers.split(/\s/).includes('pids'));
    expect(fileText('/proc/self/cgroup')).not.toBe('');
    own.send({ type: 'retire' });
  });

  test('a group that is none is said at once', async () => {
    await expect(startGuard(file, temporaryFolder(), { cgroup: '/nowhere' })).rejects.toThrow('is no control group');
  });
});
