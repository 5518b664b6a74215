import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineOptions, InformationRequested, option, UsageError } from './index.js';

const definition = defineOptions({
  name: 'agent',
  summary: 'Runs things.',
  version: '1.2.3',
  options: {
    id: option.string({ summary: 'Its name', required: true }),
    listen: option.address({ summary: 'Where it listens', default: '127.0.0.1:7400' }),
    capacity: option.integer({ summary: 'Attempts at once', min: 1, max: 10_000, unit: 'attempts', default: 4 }),
    nodeStore: option.choice({ summary: 'Store', choices: ['embedded', 'consul'], default: 'embedded' }),
    labels: option.keyValues({ summary: 'Labels', default: {} }),
    coordinators: option.addresses({ summary: 'Coordinators' }),
    insecure: option.boolean({ summary: 'No TLS' }),
    ttlMs: option.durationMs({ summary: 'Life', minMs: 1000, maxMs: 3_600_000, default: 10_000, flag: 'ttl' }),
    token: option.string({ summary: 'Secret', secret: true }),
  },
});

const parse = (argv: readonly string[], env: Record<string, string> = {}) =>
  definition.parse(['--id', 'w1', ...argv], env);

function refusal(argv: readonly string[], env: Record<string, string> = {}): UsageError {
  try {
    definition.parse(argv, env);
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error('was not refused');
}

describe('options of an app', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'config-'))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const file = (text: string): string => {
    const path = join(folder, 'synod.yaml');
    writeFileSync(path, text);
    return path;
  };

  it('have their defaults when nothing is given', () => {
    expect(parse([])).toEqual({
      id: 'w1',
      listen: '127.0.0.1:7400',
      capacity: 4,
      nodeStore: 'embedded',
      labels: {},
      coordinators: undefined,
      insecure: false,
      ttlMs: 10_000,
      token: undefined,
    });
  });

  it('a flag is stronger than a variable, a variable than the file, the file than the default', () => {
    const config = file('capacity: 5\nlisten: 127.0.0.1:1\nttl: 1m\n');
    const env = { SYNOD_CAPACITY: '6', SYNOD_LISTEN: '127.0.0.1:2' };
    const resolved = parse(['--config', config, '--capacity=7'], env);
    expect([resolved.capacity, resolved.listen, resolved.ttlMs]).toEqual([7, '127.0.0.1:2', 60_000]);
  });

  it('the file may be named by a variable, and has lists, mappings and switches as YAML has them', () => {
    const config = file('coordinators: [127.0.0.1:7401, 127.0.0.1:7402]\nlabels: {zone: a, rack: 7}\ninsecure: true\n');
    const resolved = parse([], { SYNOD_CONFIG: config });
    expect(resolved.coordinators).toEqual(['127.0.0.1:7401', '127.0.0.1:7402']);
    expect([resolved.labels, resolved.insecure]).toEqual([{ zone: 'a', rack: '7' }, true]);
  });

  it('lists and pairs may be repeated, with commas or without', () => {
    const resolved = parse(['--coordinators', 'a:1,b:2', '--coordinators', 'c:3', '--labels', 'x=1', '--labels=y=2']);
    expect([resolved.coordinators, resolved.labels]).toEqual([['a:1', 'b:2', 'c:3'], { x: '1', y: '2' }]);
  });

  it('a switch goes on, and off again against its variable', () => {
    expect(parse(['--insecure']).insecure).toBe(true);
    expect(parse(['--no-insecure'], { SYNOD_INSECURE: 'true' }).insecure).toBe(false);
  });

  it('an empty variable counts as not set', () => {
    expect(parse([], { SYNOD_CAPACITY: '' }).capacity).toBe(4);
  });

  it.each([
    [['--liste', 'x'], { code: 'unknownFlag', option: '--liste', suggestion: '--listen' }],
    [['--id', 'a', '--id', 'b'], { code: 'duplicateFlag', option: '--id' }],
    [['--insecure', '--no-insecure', '--id=a'], { code: 'duplicateFlag', option: '--insecure' }],
    [['--insecure=false', '--id=a'], { code: 'unexpectedArgument', option: '--insecure' }],
    [['--id', 'a', 'more'], { code: 'unexpectedArgument', option: 'more' }],
    [['--id'], { code: 'missingValue', option: '--id <text>' }],
    [[], { code: 'missingOption', option: '--id' }],
    [['--id', 'a', '--capacity', '0'], { code: 'outOfRange', option: '--capacity' }],
    [['--id', 'a', '--capacity', '10001'], { code: 'outOfRange', option: '--capacity' }],
    [['--id', 'a', '--capacity', '4x'], { code: 'invalidValue', option: '--capacity' }],
    [['--id', 'a', '--capacity', '1e3'], { code: 'invalidValue', option: '--capacity' }],
    [['--id', 'a', '--ttl', '1d'], { code: 'outOfRange', option: '--ttl' }],
    [['--id', 'a', '--listen', 'host'], { code: 'invalidValue', option: '--listen' }],
    [['--id', 'a', '--listen', 'host:70000'], { code: 'invalidValue', option: '--listen' }],
    [['--id', 'a', '--labels', 'x=1,x=2'], { code: 'invalidValue', option: '--labels' }],
    [['--id', 'a', '--node-store', 'redis'], { code: 'invalidValue', option: '--node-store' }],
  ])('%j is refused: %j', (argv, facts) => {
    const error = refusal(argv);
    expect(error.facts).toEqual(facts);
    expect(error.exitStatus).toBe(2);
    expect(error.message).not.toContain('\n');
  });

  it('a variable that is wrong is named as a variable', () => {
    expect(refusal(['--id', 'a'], { SYNOD_CAPACITY: 'many' }).facts.option).toBe('SYNOD_CAPACITY');
  });

  it.each([
    ['capacity: 4\nlistem: x\n', { code: 'unknownKey', option: 'listem', suggestion: 'listen' }, ':2: '],
    ['capacity: 4\nnodeStore: x\n', { code: 'unknownKey', option: 'nodeStore', suggestion: 'node-store' }, ':2: '],
    ['capacity: 4\n  bad: [\n', { code: 'configInvalid' }, ':'],
    ['a: 1\na: 2\n', { code: 'configInvalid' }, ':2: '],
    ['- 1\n', { code: 'configInvalid' }, ':1: '],
    ['\ncapacity: 0\n', { code: 'outOfRange' }, ':2: capacity'],
    ['capacity: "4"\n', { code: 'invalidValue' }, ':1: capacity'],
  ])('the file %j is refused with its line', (text, facts, place) => {
    const path = file(text);
    const error = refusal(['--id', 'a', '--config', path]);
    expect(error.facts).toMatchObject(facts);
    expect(error.message).toContain(`${path}${place}`);
    expect(error.message).not.toContain('\n');
  });

  it('a file that cannot be read is refused', () => {
    expect(refusal(['--id', 'a', '--config', folder]).code).toBe('configUnreadable');
    expect(refusal(['--id', 'a', '--config', join(folder, 'none.yaml')]).code).toBe('configUnreadable');
  });

  it('an empty file is fine', () => {
    expect(parse(['--config', file('# nothing\n')]).capacity).toBe(4);
  });

  it('help has unit, default, range and variable of each option; version is printed', () => {
    const help = definition.help().replace(/\s+/g, ' ');
    expect(help).toContain('Attempts at once (attempts; default 4; 1 to 10000; SYNOD_CAPACITY)');
    expect(help).toContain('default 10s; 1s to 1h; SYNOD_TTL');
    const asked = (flag: string): unknown => {
      try {
        return definition.parse([flag], {});
      } catch (error) {
        return error;
      }
    };
    expect(asked('--help')).toBeInstanceOf(InformationRequested);
    expect(asked('--version')).toMatchObject({ output: '1.2.3\n', exitStatus: 0 });
  });

  it('a secret is neither described nor quoted in an error', () => {
    const resolved = parse(['--token', 'hunter2']);
    expect(resolved.token).toBe('hunter2');
    expect(JSON.stringify(definition.describe(resolved))).not.toContain('hunter2');
  });
});
