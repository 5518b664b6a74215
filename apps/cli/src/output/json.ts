import { stringify } from 'yaml';

/**
 * Values as `--output json` shows them: bytes as base64, what is unknown left out. Everything else already has the shape that
 * is promised (64-bit numbers as text, times as Unix milliseconds).
 */
export function toJson(value: unknown, indent = 2): string {
  return JSON.stringify(plain(value), null, indent);
}

/** The same as YAML. */
export function toYaml(value: unknown): string {
  return stringify(plain(value), { lineWidth: 0, aliasDuplicateObjects: false });
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const known = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(known.map(([key, part]) => [key, plain(part)]));
}
