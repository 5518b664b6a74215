import fc from 'fast-check';
import { testNode } from '../discovery.spec-support.js';
import { incarnationOfId, nodeToService, serviceId, serviceToNode } from './consul-records.js';

const labels = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 128, unit: 'grapheme' }),
  fc.string({ maxLength: 256 }),
  {
    maxKeys: 64,
  },
);

describe('nodes as Consul services', () => {
  it('any labels come back as they were, within what Consul can hold', () => {
    fc.assert(
      fc.property(labels, (given) => {
        const node = testNode({ labels: given, kind: 'coordinator', address: '[::1]:7401' });
        const text = JSON.stringify(given).length * 6;
        fc.pre(text < 25_000);
        const service = nodeToService('synod', node);
        expect(serviceToNode(service, 'coordinator')).toEqual({ ...node, labels: { ...given } });
        expect(Object.keys(service.meta).length).toBeLessThanOrEqual(64);
        for (const [key, value] of Object.entries(service.meta)) {
          expect(key).toMatch(/^[A-Za-z0-9_-]{1,128}$/);
          expect(Buffer.byteLength(value)).toBeLessThanOrEqual(512);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('labels beyond that are refused with a name', () => {
    const many = Object.fromEntries(Array.from({ length: 64 }, (_, index) => [`k${index}`, 'ü'.repeat(256)]));
    expect(() => nodeToService('synod', testNode({ labels: many }))).toThrow(
      expect.objectContaining({ facts: { code: 'nodeInvalid', field: 'labels' } }) as Error,
    );
  });

  it('the id of a service names one node and one incarnation, also when node ids have colons', () => {
    const id = serviceId('synod', 'worker', 'w:1', 7);
    expect(incarnationOfId(id, 'synod', 'worker', 'w:1')).toBe(7);
    expect(incarnationOfId(id, 'synod', 'worker', 'w')).toBeUndefined();
    expect(incarnationOfId(id, 'synod', 'coordinator', 'w:1')).toBeUndefined();
  });

  it('services that others registered under the name are no nodes', () => {
    const service = nodeToService('synod', testNode());
    for (const meta of [
      {},
      { ...service.meta, incarnation: 'x' },
      { ...service.meta, labels: '{' },
      { ...service.meta, nodeId: '' },
    ]) {
      expect(serviceToNode({ ...service, meta }, 'worker')).toBeUndefined();
    }
  });
});
