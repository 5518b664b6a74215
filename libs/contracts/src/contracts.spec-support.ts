import fc from 'fast-check';
import type {
  AttemptEnd,
  AttemptRecord,
  AttemptReport,
  CommandEnvelope,
  ExecLimits,
  ExecTask,
  FencingToken,
  HttpTask,
  JobRecord,
  JobSpec,
  NodeRecord,
  PlacementPolicy,
  PlacementWish,
  Task,
  Ulimit,
  WorkerDescription,
} from '@synod/jobs';
import { loadWire } from '@synod/wire';
import type { MessageCodecs, WireJobSpec, WireJobSpecInput } from '@synod/wire';
import { ContractError } from './index.js';

const { messages } = loadWire();

/** Over the wire and back: what the other side gets. */
export function overTheWire<Name extends keyof MessageCodecs>(
  name: Name,
  message: Parameters<MessageCodecs[Name]['serialize']>[0],
): ReturnType<MessageCodecs[Name]['deserialize']> {
  const codec = messages[name] as { serialize(value: unknown): Buffer; deserialize(bytes: Buffer): unknown };
  return codec.deserialize(codec.serialize(message)) as ReturnType<MessageCodecs[Name]['deserialize']>;
}

export function wireSpec(input: WireJobSpecInput): WireJobSpec {
  return overTheWire('JobSpec', input);
}

/** The ContractError that `act` throws. */
export function contractError(act: () => unknown): ContractError {
  try {
    act();
  } catch (error) {
    if (error instanceof ContractError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** Field paths of the violations that `act` is refused for. */
export function violatedFields(act: () => unknown): string[] {
  const { facts } = contractError(act);
  if (facts.code !== 'invalidRequest') throw new Error(`refused with ${facts.code}`);
  return facts.violations.map(({ field }) => field);
}

/** Records like those of the code, with the prototype of objects: so `toStrictEqual` can compare. */
function plainRecord<T extends object>(model: { [Key in keyof T]: fc.Arbitrary<T[Key]> }): fc.Arbitrary<T> {
  const records: unknown = fc.record(model, { noNullPrototype: true });
  return records as fc.Arbitrary<T>;
}

const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,19}$/);
const labels = fc.dictionary(
  name,
  fc.string({ maxLength: 20 }).map((text) => text.replace(/[^ -~]/g, '')),
  {
    maxKeys: 4,
    noNullPrototype: true,
  },
);
const text = fc.string({ unit: 'grapheme', maxLength: 30 }).map((it) => it.replaceAll('\0', ''));
const base64 = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('base64'));
const timeMs = fc.integer({ min: 0, max: 4_000_000_000_000 });
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

export const anyToken: fc.Arbitrary<FencingToken> = plainRecord({
  generation: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 2 ** 16 - 1 })),
  counter: fc.maxSafeInteger().map((it) => Math.abs(it) % 2 ** 48),
});

const limitValue = fc.integer({ min: 10, max: Number.MAX_SAFE_INTEGER });
const anyUlimits = fc.subarray(['as', 'core', 'cpu', 'fsize', 'nofile', 'nproc', 'stack'] as const).chain((names) =>
  fc.tuple(
    ...names.map((it) =>
      plainRecord<Ulimit>({
        name: fc.constant(it),
        soft: fc.integer({ min: 0, max: 10 }),
        hard: fc.oneof(fc.constant(-1), limitValue),
      }),
    ),
  ),
) as fc.Arbitrary<readonly Ulimit[]>;
const withoutUmask = {
  ulimits: anyUlimits,
  memoryMaxBytes: fc.oneof(fc.constant(0), fc.integer({ min: 2 ** 20, max: Number.MAX_SAFE_INTEGER })),
  cpuMaxPercent: fc.integer({ min: 0, max: 1_000 }),
  pidsMax: fc.integer({ min: 1, max: 1_000 }),
  policy: fc.constantFrom('require' as const, 'prefer' as const),
};
const anyLimits: fc.Arbitrary<ExecLimits> = fc.oneof(
  plainRecord<Omit<ExecLimits, 'umask'>>(withoutUmask),
  plainRecord<Required<ExecLimits>>({ umask: fc.integer({ min: 0, max: 0o777 }), ...withoutUmask }),
);

const anyTask: fc.Arbitrary<Task> = fc.oneof(
  plainRecord({
    kind: fc.constant('exec' as const),
    command: text.filter((it) => it !== ''),
    args: fc.array(text, { maxLength: 4 }),
    env: fc.dictionary(name, text, { maxKeys: 4, noNullPrototype: true }),
    cwd: fc.oneof(
      fc.constant(''),
      text.map((it) => `/${it}`),
    ),
    stdin: base64,
    user: fc.oneof(fc.constant(''), name),
  }),
  plainRecord<ExecTask>({
    kind: fc.constant('exec' as const),
    command: name,
    args: fc.constant([]),
    env: fc.constant({}),
    cwd: fc.constant(''),
    stdin: base64,
    user: fc.constant(''),
    limits: anyLimits,
  }),
  plainRecord<HttpTask>({
    kind: fc.constant('http' as const),
    method: fc.constantFrom('POST', 'PUT', 'DELETE'),
    url: name.map((it) => `https://example.org/${it}?a=%20`),
    headers: fc.dictionary(
      name.map((it) => `X-${it}`.toLowerCase()),
      fc.constantFrom('', 'a b', '*/*'),
      {
        ...{ maxKeys: 3, noNullPrototype: true },
      },
    ),
    body: base64,
    expectedStatuses: fc.array(
      plainRecord({ from: fc.integer({ min: 100, max: 300 }), to: fc.integer({ min: 300, max: 599 }) }),
      { minLength: 1, maxLength: 3 },
    ),
    requestTimeoutMs: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    maxRedirects: fc.integer({ min: 0, max: 20 }),
  }),
  plainRecord({ kind: fc.constant('handler' as const), handler: name, payload: base64 }),
);

const anyPlacement: fc.Arbitrary<PlacementWish> = fc.oneof(
  fc
    .constantFrom<PlacementPolicy>(
      ...(['leastLoaded', 'consistentHash', 'random', 'roundRobin', 'weightedRoundRobin'] as const),
      ...(['powerOfChoices', 'boundedHash', 'binPack', 'spread'] as const),
    )
    .map((placement) => ({ placement })),
  fc.constant({ placement: 'leastLoaded', ownPlacement: true } as const),
  fc.integer({ min: 2, max: 16 }).map((choices) => ({ placement: 'powerOfChoices', placementOptions: { choices } })),
  fc
    .integer({ min: 101, max: 1_000 })
    .map((loadFactorPercent) => ({ placement: 'boundedHash', placementOptions: { loadFactorPercent } })),
  name.map((spreadLabel) => ({ placement: 'spread', placementOptions: { spreadLabel } })),
) as fc.Arbitrary<PlacementWish>;

export const anySpec: fc.Arbitrary<JobSpec> = fc
  .tuple(plainRecord(specParts()), anyPlacement)
  .map(([spec, placement]) => ({ ...spec, ...placement }));

function specParts() {
  return {
    task: anyTask,
    queue: name,
    labels,
    workerLabels: labels,
    placementKey: name,
    mode: fc.constantFrom('oneLiveHolder' as const, 'atLeastOnce' as const, 'atMostOnce' as const),
    lostAfterMs: fc.integer({ min: 3_000, max: 86_400_000 }),
    startToCloseTimeoutMs: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
    killGraceMs: fc.integer({ min: 0, max: 3_600_000 }),
    maxLostAttempts: fc.integer({ min: 1, max: 1_000 }),
  };
}

export const anyEnd: fc.Arbitrary<AttemptEnd> = plainRecord({
  outcome: fc.constantFrom('succeeded', 'failed', 'timedOut', 'cancelled', 'lost'),
  exitCode: optional(fc.integer({ min: -255, max: 255 })),
  signal: fc.constantFrom('', 'SIGKILL'),
  message: text,
  result: base64,
  stdoutTail: base64,
  stderrTail: base64,
});

const ref = { jobId: name, attempt: fc.integer({ min: 1, max: 2 ** 32 - 1 }), fencingToken: anyToken };

export const anyReport: fc.Arbitrary<AttemptReport> = plainRecord({
  ...ref,
  startedAtMs: optional(timeMs),
  finishedAtMs: optional(timeMs),
  end: optional(anyEnd),
});

export const anyAttempt: fc.Arbitrary<AttemptRecord> = plainRecord({
  attempt: ref.attempt,
  fencingToken: anyToken,
  workerId: name,
  workerIncarnation: timeMs,
  state: fc.constantFrom('assigned', 'starting', 'running', 'succeeded', 'failed', 'timedOut', 'cancelled', 'lost'),
  assignedAtMs: timeMs,
  startedAtMs: optional(timeMs),
  finishedAtMs: optional(timeMs),
  end: optional(anyEnd),
});

export const anyRecord: fc.Arbitrary<JobRecord> = plainRecord({
  jobId: name,
  spec: anySpec,
  state: fc.constantFrom('waiting', 'ready', 'assigned', 'running', 'succeeded', 'failed', 'cancelled', 'expired'),
  revision: timeMs,
  submittedAtMs: timeMs,
  finishedAtMs: optional(timeMs),
  cancelRequested: fc.boolean(),
  cancelReason: text,
  lostAttempts: fc.integer({ min: 0, max: 1_000 }),
  drainedAttempts: fc.integer({ min: 0, max: 1_000 }),
  principal: text,
  attempts: fc.array(anyAttempt, { maxLength: 3 }),
});

const describedWorker = {
  workerId: name,
  incarnation: fc.integer({ min: 1 }),
  labels,
  capacity: fc.integer({ min: 1, max: 10_000 }),
  runsExec: fc.boolean(),
  handlers: fc.uniqueArray(name, { maxLength: 4 }).map((names) => names.sort((a, b) => (a < b ? -1 : 1))),
  version: name,
  host: name,
};
export const anyWorker: fc.Arbitrary<WorkerDescription> = fc.oneof(
  plainRecord<Omit<WorkerDescription, 'runsHttp'>>(describedWorker),
  plainRecord<Required<WorkerDescription>>({ ...describedWorker, runsHttp: fc.constant(true) }),
);

export const anyNode: fc.Arbitrary<NodeRecord> = plainRecord({
  nodeId: name,
  kind: fc.constantFrom('coordinator', 'registry', 'worker'),
  address: name.map((host) => `${host}:7401`),
  incarnation: timeMs,
  labels,
  capacity: fc.integer({ min: 0, max: 10_000 }),
  version: name,
  ttlMs: fc.constant(10_000),
});

const anyBody: fc.Arbitrary<CommandEnvelope['body']> = fc.oneof(
  plainRecord({
    type: fc.constant('submitJobs' as const),
    specs: fc.array(anySpec, { minLength: 1, maxLength: 3 }),
    idempotencyKey: text,
  }),
  plainRecord({ type: fc.constant('cancelJob' as const), jobId: name, reason: text }),
  plainRecord({
    type: fc.constant('openAgentSession' as const),
    worker: anyWorker,
    held: fc.array(plainRecord(ref), { maxLength: 3 }),
  }),
  plainRecord({
    type: fc.constant('closeWorker' as const),
    workerId: name,
    incarnation: timeMs,
    cause: fc.constantFrom('left' as const, 'lost' as const, 'guardEnded' as const),
  }),
  plainRecord({
    type: fc.constant('loseAttempts' as const),
    attempts: fc.array(plainRecord(ref), { maxLength: 3 }),
    reason: text,
  }),
  plainRecord({
    type: fc.constant('assignJobs' as const),
    assignments: fc.array(
      plainRecord({ jobId: name, jobRevision: timeMs, workerId: name, workerIncarnation: timeMs }),
      {
        maxLength: 3,
      },
    ),
  }),
  plainRecord({
    type: fc.constant('reportAttempts' as const),
    workerId: name,
    incarnation: timeMs,
    reports: fc.array(anyReport, { maxLength: 3 }),
  }),
  plainRecord({ type: fc.constant('registerNode' as const), node: anyNode }),
  plainRecord({
    type: fc.constant('deregisterNode' as const),
    nodeId: name,
    incarnation: timeMs,
    cause: fc.constantFrom('asked' as const, 'expired' as const),
  }),
  plainRecord({ type: fc.constant('setFeatureLevel' as const), level: fc.integer({ min: 1, max: 1_000_000 }) }),
  plainRecord({
    type: fc.constant('setWorkerScheduling' as const),
    workerId: name,
    scheduling: fc.constantFrom('active' as const, 'cordoned' as const, 'draining' as const),
    evictAtMs: optional(timeMs),
    incarnation: optional(timeMs),
    reason: text,
  }),
  plainRecord({ type: fc.constant('evictWorker' as const), workerId: name }),
);

export const anyEnvelope: fc.Arbitrary<CommandEnvelope> = plainRecord({
  groupId: fc.integer({ min: 0, max: 100 }),
  version: fc.constant(1),
  stampMs: timeMs,
  principal: text,
  traceContext: text,
  origin: plainRecord({ nodeId: name, incarnation: timeMs, sequence: fc.nat(), acknowledgedBelow: fc.nat() }),
  body: anyBody,
});
