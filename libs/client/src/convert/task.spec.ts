import { readJsonResult } from '../json-result.js';
import type { JobSpec } from '../types.js';
import { taskFromWire, taskToWire } from './task.js';

const payloadOf = (json: unknown) =>
  Buffer.from(taskToWire({ handler: { handler: 'h', json } }).handler?.payload ?? '');

describe('the payload of a handler', () => {
  it.each([[{ a: [1, 'é', null] }], ['text'], [0], [false], [null]])('json %j travels as JSON', (json) => {
    expect(JSON.parse(payloadOf(json).toString())).toEqual(json);
    expect(readJsonResult(payloadOf(json))).toEqual(json);
  });

  it('is empty when neither is given', () => {
    expect(taskToWire({ handler: { handler: 'h' } })).toEqual({ handler: { handler: 'h' } });
    expect(readJsonResult(new Uint8Array(0))).toBeUndefined();
    expect(readJsonResult(Buffer.from('plain text'))).toBeUndefined();
  });

  const circular: Record<string, unknown> = {};
  circular['self'] = circular;

  it.each<[string, JobSpec]>([
    ['both', { handler: { handler: 'h', json: 1, payload: Buffer.from('1') } }],
    ['a circle', { handler: { handler: 'h', json: circular } }],
    ['a function', { handler: { handler: 'h', json: () => 1 } }],
    ['a bigint', { handler: { handler: 'h', json: { n: 1n } } }],
  ])('%s is refused', (_what, spec) => {
    expect(() => taskToWire(spec)).toThrow(
      expect.objectContaining({
        facts: expect.objectContaining({
          code: 'invalidArgument',
          violations: [expect.objectContaining({ field: 'handler.json' })],
        }) as unknown,
      }) as Error,
    );
  });
});

it('a task of a kind that this library does not know is shown as a command without a name', () => {
  expect(taskFromWire({ exec: null, handler: null, http: null } as never)).toEqual({ exec: { command: '', args: [] } });
});
