import { z } from 'zod';
import type { HandlerContext } from './attempt.js';
import { INVALID_PAYLOAD, typedHandler, type PayloadSchema } from './typed-handler.js';

function context(payload: string | Uint8Array): HandlerContext {
  return {
    jobId: 'j1',
    attempt: 2,
    fencingToken: '7',
    payload: typeof payload === 'string' ? Buffer.from(payload) : payload,
    spec: { handler: { handler: 'work' } },
    signal: new AbortController().signal,
    log: () => undefined,
    progress: () => undefined,
  };
}

const order = z.object({
  id: z.string(),
  items: z.array(z.object({ count: z.number() })),
  note: z.string().default(''),
});

describe('a typed handler', () => {
  it('is given what the schema made of the payload, with its type, and all else of its attempt', () => {
    const handler = typedHandler(order, ({ payload, ...rest }) => {
      // These compile only where the type of the payload is inferred from the schema.
      const id: string = payload.id;
      const counts: number[] = payload.items.map(({ count }) => count);
      return { id, counts, note: payload.note, rest };
    });
    expect(handler(context('{"id":"a","items":[{"count":3}],"more":1}'))).toMatchObject({
      ...{ id: 'a', counts: [3], note: '' },
    });
    const seen = typedHandler(order, ({ jobId, attempt, fencingToken, spec, signal }) => {
      return { jobId, attempt, fencingToken, spec, aborted: signal.aborted };
    });
    expect(seen(context('{"id":"a","items":[]}'))).toEqual({
      ...{ jobId: 'j1', attempt: 2, fencingToken: '7', aborted: false },
      spec: { handler: { handler: 'work' } },
    });
  });

  it.each([
    ['{', /^the payload is no JSON: /],
    [Buffer.from([0xff, 0xfe]), /^the payload is no JSON: /],
    ['{"id":"a","items":[{"count":"3"}]}', /items\.0\.count: /],
    ['', /^the payload is not what the handler takes: /],
    [JSON.stringify({ id: 'a', items: Array.from({ length: 9 }, () => ({})) }), /; and 4 more$/],
  ])('fails an attempt whose payload is %j by an error of its own name, without running', (payload, message) => {
    const run = jest.fn();
    const handler = typedHandler(order, run);
    expect(() => handler(context(payload))).toThrow(
      expect.objectContaining({ name: INVALID_PAYLOAD, message: expect.stringMatching(message) as string }) as Error,
    );
    expect(run).not.toHaveBeenCalled();
  });

  it('waits for a schema that takes its time', async () => {
    const known = z.string().refine(async (name) => Promise.resolve(name === 'known'), 'nobody knows it');
    const asyncOnly: PayloadSchema<string> = {
      '~standard': { version: 1, vendor: 'test', validate: (value) => known['~standard'].validate(value) },
    };
    const handler = typedHandler(asyncOnly, ({ payload }) => payload.length);
    await expect(handler(context('"known"'))).resolves.toBe(5);
    await expect(handler(context('"other"'))).rejects.toMatchObject({ name: INVALID_PAYLOAD });
  });

  it('an empty payload is for the schema to judge', () => {
    expect(typedHandler(z.undefined(), () => 'ran')(context(''))).toBe('ran');
  });
});
