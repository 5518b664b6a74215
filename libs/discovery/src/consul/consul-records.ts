import type { NodeRecord } from '@synod/jobs';
import { DEFAULT_TTL_MS, DiscoveryError } from '../node-store.js';
import type { NodeKind } from '../node-store.js';
import type { ConsulService } from './consul-client.js';

/** Consul takes 64 pairs of metadata, values of up to 512 characters each. */
const MAX_VALUE_CHARS = 512;
const MAX_LABEL_PARTS = 50;

/** `synod-worker`. */
export function serviceName(prefix: string, kind: NodeKind): string {
  return `${prefix}-${kind}`;
}

/**
 * `synod-worker:w1:7`. The incarnation is part of the id, so that two processes that believe to be one node each have a check of
 * their own, and none keeps the other's alive.
 */
export function serviceId(prefix: string, kind: NodeKind, nodeId: string, incarnation: number): string {
  return `${serviceName(prefix, kind)}:${nodeId}:${incarnation}`;
}

/** The incarnation in the id of a service of this node, or undefined when the id is another's. */
export function incarnationOfId(id: string, prefix: string, kind: NodeKind, nodeId: string): number | undefined {
  const start = `${serviceName(prefix, kind)}:${nodeId}:`;
  const rest = id.startsWith(start) ? id.slice(start.length) : '';
  return /^\d{1,16}$/.test(rest) ? Number(rest) : undefined;
}

/** The labels are one JSON text in `labels`, `labels1`…, because their names may hold what Consul's keys may not; tags show them to people. */
export function nodeToService(prefix: string, node: NodeRecord): ConsulService {
  const { host, port } = splitAddress(node.address);
  return {
    id: serviceId(prefix, node.kind, node.nodeId, node.incarnation),
    name: serviceName(prefix, node.kind),
    address: host,
    port,
    tags: Object.entries(node.labels).map(([key, value]) => `${key}=${value}`),
    meta: {
      nodeId: node.nodeId,
      incarnation: String(node.incarnation),
      capacity: String(node.capacity),
      version: node.version.slice(0, MAX_VALUE_CHARS),
      ttlMs: String(node.ttlMs),
      ...labelParts(node),
    },
  };
}

function labelParts(node: NodeRecord): Record<string, string> {
  // Consul counts bytes: escapes keep the text ASCII.
  const text = JSON.stringify(node.labels).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const count = Math.ceil(text.length / MAX_VALUE_CHARS);
  if (count > MAX_LABEL_PARTS) {
    const most = MAX_VALUE_CHARS * MAX_LABEL_PARTS;
    const message = `node ${node.nodeId}: its labels have more than the ${most} characters that Consul can hold; use fewer or shorter ones`;
    throw new DiscoveryError({ code: 'nodeInvalid', field: 'labels' }, message);
  }
  const parts = Array.from({ length: count }, (_, index) => [
    labelKey(index),
    text.slice(index * MAX_VALUE_CHARS, (index + 1) * MAX_VALUE_CHARS),
  ]);
  return Object.fromEntries(parts) as Record<string, string>;
}

/** The node that a service describes, or undefined when it isn't one that Synod registered. */
export function serviceToNode(service: ConsulService, kind: NodeKind): NodeRecord | undefined {
  const { meta } = service;
  const incarnation = Number(meta['incarnation']);
  const capacity = Number(meta['capacity'] ?? 0);
  const nodeId = meta['nodeId'];
  const labels = parseLabels(meta);
  if (nodeId === undefined || nodeId === '' || labels === undefined) return undefined;
  if (!Number.isSafeInteger(incarnation) || incarnation < 0 || !Number.isSafeInteger(capacity)) return undefined;
  const ttlMs = Number(meta['ttlMs']) || DEFAULT_TTL_MS;
  const address = service.port === 0 ? '' : joinAddress(service.address, service.port);
  return { nodeId, kind, address, incarnation, labels, capacity, version: meta['version'] ?? '', ttlMs };
}

function parseLabels(meta: Readonly<Record<string, string>>): Record<string, string> | undefined {
  let text = '';
  for (let index = 0; meta[labelKey(index)] !== undefined; index += 1) text += meta[labelKey(index)];
  try {
    const value: unknown = JSON.parse(text === '' ? '{}' : text);
    if (typeof value !== 'object' || value === null) return undefined;
    return Object.fromEntries(Object.entries(value).map(([key, label]) => [key, String(label)]));
  } catch {
    return undefined;
  }
}

function labelKey(index: number): string {
  return index === 0 ? 'labels' : `labels${index}`;
}

function splitAddress(address: string): { readonly host: string; readonly port: number } {
  const colon = address.lastIndexOf(':');
  if (colon < 0) return { host: '', port: 0 };
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(address.slice(colon + 1)) };
}

function joinAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
