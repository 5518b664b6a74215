import fc from 'fast-check';
import type { WireJobSpec, WireJobSpecInput } from '@synod/wire';
import { anySpec, violatedFields, wireSpec } from './contracts.spec-support.js';
import { contractError } from './contracts.spec-support.js';
import { jobSpecFromWire, jobSpecToWire, PAYLOAD_MAX_BYTES, SPEC_MAX_BYTES, specBytes } from './index.js';
import { specBytesBound } from './job-spec.js';

const EXEC = { command: 'true' };
const HTTP = { url: 'http://example.org/' };
const of = (input: WireJobSpecInput) => () => jobSpecFromWire(wireSpec(input), 'specs[3]');

describe('a job spec', () => {
  it('is the same after a journey over the wire', () => {
    fc.assert(
      fc.property(anySpec, (spec) => {
        expect(jobSpecFromWire(wireSpec(jobSpecToWire(spec)))).toEqual(spec);
      }),
    );
  });

  it('that says the least gets its defaults', () => {
    expect(jobSpecFromWire(wireSpec({ exec: EXEC }))).toEqual({
      task: { kind: 'exec', command: 'true', args: [], env: {}, cwd: '', stdin: '', user: '' },
      queue: 'default',
      labels: {},
      workerLabels: {},
      placement: 'leastLoaded',
      placementKey: '',
      mode: 'oneLiveHolder',
      lostAfterMs: 10_000,
      startToCloseTimeoutMs: 0,
      killGraceMs: 5_000,
      maxLostAttempts: 10,
    });
  });

  it('with a request gets the defaults of requests, and limits that limit nothing are none', () => {
    expect(jobSpecFromWire(wireSpec({ http: HTTP })).task).toEqual({
      ...{ kind: 'http', method: 'GET', url: 'http://example.org/', headers: {}, body: '' },
      ...{ expectedStatuses: [{ from: 200, to: 299 }], requestTimeoutMs: 30_000, maxRedirects: 0 },
    });
    const statuses = wireSpec({ http: { ...HTTP, expectedStatuses: [{ from: 404 }] } });
    expect(jobSpecFromWire(statuses).task).toMatchObject({ expectedStatuses: [{ from: 404, to: 404 }] });
    const exec = { ...EXEC, limits: { policy: 'LIMITS_POLICY_PREFER' as const } };
    expect(jobSpecFromWire(wireSpec({ exec })).task).not.toHaveProperty('limits');
  });

  it('may ask for SIGKILL at once: a kill grace of 0 is not the same as none', () => {
    expect(jobSpecFromWire(wireSpec({ exec: EXEC, killGraceMs: 0 })).killGraceMs).toBe(0);
  });

  it('never takes more bytes in the log than the bound that was checked', () => {
    fc.assert(fc.property(anySpec, (spec) => specBytes(spec) <= specBytesBound(spec)));
  });
});

describe('a job spec is refused', () => {
  const label = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`l${index}`, 'v']));
  const long = (length: number) => 'x'.repeat(length);
  it.each<[string, WireJobSpecInput, string]>([
    ['without a task', {}, 'task'],
    ['without a command', { exec: {} }, 'exec.command'],
    ['with a NUL byte in the command', { exec: { command: 'a\0b' } }, 'exec.command'],
    ['with a command beyond PATH_MAX', { exec: { command: 'ü'.repeat(2_100) } }, 'exec.command'],
    ['with a NUL byte in an argument', { exec: { ...EXEC, args: ['a', 'b\0'] } }, 'exec.args[1]'],
    ['with an argument that no kernel takes', { exec: { ...EXEC, args: [long(131_072)] } }, 'exec.args[0]'],
    ['with 10,001 arguments', { exec: { ...EXEC, args: Array<string>(10_001).fill('') } }, 'exec.args'],
    ['with "=" in the name of a variable', { exec: { ...EXEC, env: { 'A=B': 'c' } } }, 'exec.env["A=B"]'],
    ['with an empty name of a variable', { exec: { ...EXEC, env: { '': 'c' } } }, 'exec.env[""]'],
    ['with a NUL byte in a variable', { exec: { ...EXEC, env: { A: '\0' } } }, 'exec.env["A"]'],
    ['with a relative cwd', { exec: { ...EXEC, cwd: 'tmp' } }, 'exec.cwd'],
    ['with a user that no system has', { exec: { ...EXEC, user: 'a b' } }, 'exec.user'],
    ['with too large an input', { exec: { ...EXEC, stdin: Buffer.alloc(PAYLOAD_MAX_BYTES + 1) } }, 'exec.stdin'],
    ['with a umask beyond 0777', { exec: { ...EXEC, limits: { umask: 512 } } }, 'exec.limits.umask'],
    [
      'with a ulimit that is none',
      { exec: { ...EXEC, limits: { ulimits: [{ name: 'rss', soft: 1, hard: 1 }] } } },
      'exec.limits.ulimits[0].name',
    ],
    [
      'with a ulimit twice',
      { exec: { ...EXEC, limits: { ulimits: ['core', 'core'].map((name) => ({ name, soft: 0, hard: 0 })) } } },
      'exec.limits.ulimits[1].name',
    ],
    [
      'with a soft limit above the hard one',
      { exec: { ...EXEC, limits: { ulimits: [{ name: 'cpu', soft: -1, hard: 9 }] } } },
      'exec.limits.ulimits[0].soft',
    ],
    [
      'with a negative limit',
      { exec: { ...EXEC, limits: { ulimits: [{ name: 'cpu', soft: 0, hard: -2 }] } } },
      'exec.limits.ulimits[0].hard',
    ],
    ['with little memory', { exec: { ...EXEC, limits: { memoryMaxBytes: 4096 } } }, 'exec.limits.memory_max_bytes'],
    [
      'with a policy of the future',
      { exec: { ...EXEC, limits: { pidsMax: 1, policy: 9 as never } } },
      'exec.limits.policy',
    ],
    ['without a URL', { http: {} }, 'http.url'],
    ['with a relative URL', { http: { url: '/x' } }, 'http.url'],
    ['with a URL of another scheme', { http: { url: 'ftp://a/' } }, 'http.url'],
    ['with a password in the URL', { http: { url: 'http://a:b@c/' } }, 'http.url'],
    ['with a method that is none', { http: { ...HTTP, method: 'get' } }, 'http.method'],
    ['with a body of GET', { http: { ...HTTP, body: Buffer.from('x') } }, 'http.body'],
    ['with a header of no name', { http: { ...HTTP, headers: { 'a b': '' } } }, 'http.headers["a b"]'],
    ['with a header twice', { http: { ...HTTP, headers: { a: '', A: '' } } }, 'http.headers["A"]'],
    [
      "with a header that is the worker's",
      { http: { ...HTTP, headers: { 'Synod-Attempt': '1' } } },
      'http.headers["Synod-Attempt"]',
    ],
    ['with a header that smuggles another', { http: { ...HTTP, headers: { a: 'b\r\nc: d' } } }, 'http.headers["a"]'],
    [
      'with statuses the wrong way round',
      { http: { ...HTTP, expectedStatuses: [{ from: 204, to: 200 }] } },
      'http.expected_statuses[0].to',
    ],
    [
      'with a status that is none',
      { http: { ...HTTP, expectedStatuses: [{ from: 600 }] } },
      'http.expected_statuses[0].from',
    ],
    ['with 21 redirects', { http: { ...HTTP, maxRedirects: 21 } }, 'http.max_redirects'],
    ['without the name of a handler', { handler: {} }, 'handler.handler'],
    [
      'with too large a payload',
      { handler: { handler: 'h', payload: Buffer.alloc(PAYLOAD_MAX_BYTES + 1) } },
      'handler.payload',
    ],
    ['with 65 labels', { exec: EXEC, labels: label(65) }, 'labels'],
    ['with 65 labels asked of a worker', { exec: EXEC, workerLabels: label(65) }, 'worker_labels'],
    ['with a label whose name is too long', { exec: EXEC, labels: { [long(129)]: '' } }, `labels["${long(58)}…]`],
    ['with a label whose name has a space', { exec: EXEC, labels: { 'a b': '' } }, 'labels["a b"]'],
    ['with a label whose value is too long', { exec: EXEC, labels: { a: long(257) } }, 'labels["a"]'],
    ['with a line break in a label', { exec: EXEC, labels: { a: 'b\nc' } }, 'labels["a"]'],
    ['with a queue of a bad name', { exec: EXEC, queue: 'a b' }, 'queue'],
    ['with a queue of a long name', { exec: EXEC, queue: long(65) }, 'queue'],
    ['with lostAfter below 3 s', { exec: EXEC, lostAfterMs: 2_999 }, 'lost_after_ms'],
    ['with lostAfter beyond a day', { exec: EXEC, lostAfterMs: 86_400_001 }, 'lost_after_ms'],
    ['with a kill grace beyond an hour', { exec: EXEC, killGraceMs: 3_600_001 }, 'kill_grace_ms'],
    [
      'with a timeout that no timer counts',
      { exec: EXEC, startToCloseTimeoutMs: 2 ** 31 },
      'start_to_close_timeout_ms',
    ],
    ['with 1,001 lost attempts', { exec: EXEC, maxLostAttempts: 1_001 }, 'max_lost_attempts'],
    [
      'with consistent hashing of no key',
      { exec: EXEC, placement: 'PLACEMENT_POLICY_CONSISTENT_HASH' },
      'placement_key',
    ],
    ['with bounded hashing of no key', { exec: EXEC, placement: 'PLACEMENT_POLICY_BOUNDED_HASH' }, 'placement_key'],
    [
      'with an option of another policy',
      { exec: EXEC, placement: 'PLACEMENT_POLICY_SPREAD', placementOptions: { choices: 2 } },
      'placement_options.choices',
    ],
    [
      'with an option of no policy',
      { exec: EXEC, placementOptions: { spreadLabel: 'zone' } },
      'placement_options.spread_label',
    ],
    [
      'with one choice',
      { exec: EXEC, placement: 'PLACEMENT_POLICY_POWER_OF_CHOICES', placementOptions: { choices: 1 } },
      'placement_options.choices',
    ],
    [
      'with a load factor below the mean',
      {
        ...{ exec: EXEC, placement: 'PLACEMENT_POLICY_BOUNDED_HASH', placementKey: 'k' },
        placementOptions: { loadFactorPercent: 100 },
      },
      'placement_options.load_factor_percent',
    ],
    [
      'with a label to spread over that no worker can have',
      { exec: EXEC, placement: 'PLACEMENT_POLICY_SPREAD', placementOptions: { spreadLabel: 'a b' } },
      'placement_options.spread_label',
    ],
    ['with a placement of the future', { exec: EXEC, placement: 77 as never }, 'placement'],
    ['with a mode of the future', { exec: EXEC, mode: 77 as never }, 'mode'],
  ])('%s', (_, input, field) => {
    expect(violatedFields(of(input))).toEqual([`specs[3].${field}`]);
  });

  it('with limits that are no messages', () => {
    const wire = wireSpec({ exec: EXEC });
    const exec = { ...wire.exec, limits: { ulimits: [null, 'x'] } };
    const json = { ...wire, exec } as unknown as WireJobSpec;
    expect(violatedFields(() => jobSpecFromWire(json))).toEqual([0, 1].map((at) => `spec.exec.limits.ulimits[${at}]`));
  });

  it('with both an exec and a handler task', () => {
    const both = wireSpec({ exec: EXEC, handler: { handler: 'h' } });
    expect(violatedFields(() => jobSpecFromWire(both))).toEqual(['spec.task']);
  });

  it('when it is too large as a whole', () => {
    const args = Array.from({ length: 5 }, () => 'y'.repeat(120_000));
    expect(violatedFields(of({ exec: { ...EXEC, args } }))).toEqual(['specs[3]']);
    const fits = wireSpec({ exec: { ...EXEC, args: args.slice(0, 4), stdin: Buffer.alloc(10) } });
    expect(specBytes(jobSpecFromWire(fits))).toBeLessThan(SPEC_MAX_BYTES);
  });

  it('by a variable named like the prototype of objects', () => {
    const env = JSON.parse('{"__proto__": "x"}') as Record<string, string>;
    const wire = { ...wireSpec({ exec: EXEC }) };
    wire.exec = { ...(wire.exec as NonNullable<WireJobSpec['exec']>), env };
    expect(violatedFields(() => jobSpecFromWire(wire))).toEqual(['spec.exec.env["__proto__"]']);
  });

  it('with all violations at once, and a text that says what to do', () => {
    const error = contractError(of({ exec: { cwd: 'x' }, lostAfterMs: 1, queue: '/' }));
    expect(error.facts).toMatchObject({ code: 'invalidRequest' });
    expect(violatedFields(of({ exec: { cwd: 'x' }, lostAfterMs: 1, queue: '/' }))).toHaveLength(4);
    expect(error.message).toContain('specs[3].exec.command: is missing: give a value');
    expect(error.message).toContain('and 1 more');
  });

  it('with at most 20 violations', () => {
    expect(violatedFields(of({ exec: { ...EXEC, args: Array<string>(500).fill('\0') } }))).toHaveLength(20);
  });

  it('where JSON brought the wrong types', () => {
    const json = {
      exec: { command: 7, args: 'x', env: [], stdin: 'text' },
      queue: {},
      labels: { a: 1 },
      lostAfterMs: '5000',
      killGraceMs: 1.5,
      mode: 'AT_MOST_ONCE',
    } as unknown as WireJobSpec;
    expect(violatedFields(() => jobSpecFromWire(json)).sort()).toEqual(
      [
        'exec.args',
        'exec.command',
        'exec.env',
        'exec.stdin',
        'kill_grace_ms',
        'labels["a"]',
        'lost_after_ms',
        'mode',
        'queue',
      ].map((field) => `spec.${field}`),
    );
  });
});
