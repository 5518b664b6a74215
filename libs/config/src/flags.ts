import { Option } from 'commander';
import type { Command } from 'commander';
import type { FileValue } from './config-file.js';
import { optionName, variableName } from './names.js';
import type { OptionDefinition, OptionDefinitions, ResolvedOptions } from './option.js';
import { UsageError } from './usage-error.js';

/** Environment variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What was written behind each flag, in order; `true` and `false` for switches. */
const given = new WeakMap<Command, Map<string, (string | boolean)[]>>();

/**
 * Adds a flag to `command` for each definition; {@link resolveFlags} reads them after parsing. The values that commander itself
 * holds (`command.opts()`) are raw texts and not for use.
 */
export function addFlags(command: Command, definitions: OptionDefinitions): void {
  const values = given.get(command) ?? new Map<string, (string | boolean)[]>();
  given.set(command, values);
  for (const [key, definition] of Object.entries(definitions)) {
    const name = optionName(key, definition);
    const collect = (value: string | boolean): void => {
      values.set(name, [...(values.get(name) ?? []), value]);
    };
    const flags = definition.valueName === undefined ? `--${name}` : `--${name} <${definition.valueName}>`;
    const flag = new Option(flags, describeOption(name, definition)).helpGroup(`${definition.group}:`);
    command.addOption(flag);
    command.on(`option:${name}`, (value: string | null) => collect(value ?? true));
    if (definition.valueName !== undefined) continue;
    command.addOption(new Option(`--no-${name}`).hideHelp());
    command.on(`option:no-${name}`, () => collect(false));
  }
}

/** The text of `--help`: what it is, and in parentheses unit, default, range and variable. */
function describeOption(name: string, definition: OptionDefinition<unknown>): string {
  const facts = [
    definition.required ? 'required' : '',
    definition.unit ?? '',
    definition.defaultText === undefined || definition.secret ? '' : `default ${definition.defaultText}`,
    definition.range,
    variableName(name),
  ];
  return `${definition.summary} (${facts.filter((fact) => fact !== '').join('; ')})`;
}

/**
 * The value of each option: of its flag, else of its variable, else of the configuration file, else its default. An empty
 * variable counts as not set. Throws {@link UsageError}.
 */
export function resolveFlags<D extends OptionDefinitions>(
  command: Command,
  definitions: D,
  sources: { readonly env: Environment; readonly file?: ReadonlyMap<string, FileValue> },
): ResolvedOptions<D> {
  const values = given.get(command);
  const resolved = Object.entries(definitions).map(([key, definition]) => {
    const name = optionName(key, definition);
    return [key, resolveOne(name, definition, values?.get(name) ?? [], sources)] as const;
  });
  return Object.freeze(Object.fromEntries(resolved)) as ResolvedOptions<D>;
}

function resolveOne(
  name: string,
  definition: OptionDefinition<unknown>,
  flags: readonly (string | boolean)[],
  sources: { readonly env: Environment; readonly file?: ReadonlyMap<string, FileValue> },
): unknown {
  if (flags.length > 0) return fromFlags(name, definition, flags);
  const variable = variableName(name);
  const text = sources.env[variable];
  if (text !== undefined && text !== '') return checked(definition, definition.decode(text), text, variable);
  const entry = sources.file?.get(name);
  if (entry !== undefined) return checked(definition, entry.value, entry.value, `${entry.place}: ${name}`);
  if (definition.required) {
    const ways = `--${name}, ${variable} or the key ${name} of the --config file`;
    throw new UsageError({ code: 'missingOption', option: `--${name}` }, `--${name} is missing; set ${ways}`);
  }
  return definition.defaultValue;
}

function fromFlags(name: string, definition: OptionDefinition<unknown>, flags: readonly (string | boolean)[]): unknown {
  const option = `--${name}`;
  if (flags.length > 1 && !definition.repeatable) {
    throw new UsageError({ code: 'duplicateFlag', option }, `${option} is given ${flags.length} times; give it once`);
  }
  const written = flags.length === 1 ? flags[0] : flags.join(',');
  const value = typeof written === 'string' ? definition.decode(written) : written;
  return checked(definition, value, written, option);
}

/** `place` is the flag, the variable, or the file, line and key. */
function checked(definition: OptionDefinition<unknown>, value: unknown, written: unknown, place: string): unknown {
  const result = definition.schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]?.code;
  const outOfRange = typeof value === 'number' && (issue === 'too_small' || issue === 'too_big');
  const shown = definition.secret ? '' : `, not ${shorten(JSON.stringify(written) ?? 'nothing')}`;
  const code = outOfRange ? 'outOfRange' : 'invalidValue';
  throw new UsageError({ code, option: place }, `${place} must be ${definition.expectation}${shown}`);
}

function shorten(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 77)}…`;
}
