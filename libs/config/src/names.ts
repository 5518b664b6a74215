import type { OptionDefinition } from './option.js';

/** `nodeStore` becomes `node-store`. */
export function kebabCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Name of an option without dashes in front: its flag and its YAML key. */
export function optionName(key: string, definition: OptionDefinition<unknown>): string {
  return definition.flag ?? kebabCase(key);
}

/** `node-store` becomes `SYNOD_NODE_STORE`. */
export function variableName(name: string): string {
  return `SYNOD_${name.replaceAll('-', '_').toUpperCase()}`;
}
