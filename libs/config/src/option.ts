import { z } from 'zod';

/** One option of an app or command: a flag, an environment variable and a key of the YAML file. */
export interface OptionDefinition<T> {
  readonly summary: string;
  /** Flag and YAML key without dashes in front; undefined: the kebab-case of its key in the definitions. */
  readonly flag: string | undefined;
  /** Heading under which `--help` shows it. */
  readonly group: string;
  /** What a value is called in `--help`, such as `host:port`; undefined: a switch that takes none. */
  readonly valueName: string | undefined;
  /** Unit of a number, such as `attempts`. */
  readonly unit: string | undefined;
  /** What a value has to be, for `--help` and for errors: `an integer from 1 to 10000`. */
  readonly expectation: string;
  /** The range or choice alone, for `--help`; empty when anything goes. */
  readonly range: string;
  readonly defaultValue: T | undefined;
  readonly defaultText: string | undefined;
  readonly required: boolean;
  /** Given twice, values are joined; else a second one is an error. */
  readonly repeatable: boolean;
  /** Never shown: tokens and passwords. */
  readonly secret: boolean;
  /** Turns the text of a flag or variable into what the schema checks. */
  readonly decode: (text: string) => unknown;
  /** Checks what came from text or from YAML. */
  readonly schema: z.ZodType<unknown>;
}

export type OptionDefinitions = Readonly<Record<string, OptionDefinition<unknown>>>;

/** The values of all options, by their keys. */
export type ResolvedOptions<D extends OptionDefinitions> = {
  readonly [K in keyof D]: D[K] extends OptionDefinition<infer T> ? T : never;
};

export interface CommonSettings<T> {
  readonly summary: string;
  readonly default?: T;
  /** No default, and the program can't do without. */
  readonly required?: boolean;
  readonly flag?: string;
  readonly group?: string;
  readonly valueName?: string;
}

/** With a default, or required, there always is a value. */
type ValueOf<T, S> = S extends { readonly default: unknown } | { readonly required: true } ? T : T | undefined;

interface Shape<T> {
  readonly valueName?: string | undefined;
  readonly unit?: string | undefined;
  readonly expectation: string;
  readonly range?: string;
  readonly defaultText?: (value: T) => string;
  readonly repeatable?: boolean;
  readonly secret?: boolean;
  readonly decode: (text: string) => unknown;
  readonly schema: z.ZodType<unknown>;
}

function build<T, S extends CommonSettings<T>>(settings: S, shape: Shape<T>): OptionDefinition<ValueOf<T, S>> {
  const defaultValue = settings.default;
  const show = shape.defaultText ?? String;
  return {
    summary: settings.summary,
    flag: settings.flag,
    group: settings.group ?? 'Options',
    valueName: shape.valueName === undefined ? undefined : (settings.valueName ?? shape.valueName),
    unit: shape.unit,
    expectation: shape.expectation,
    range: shape.range ?? '',
    defaultValue: defaultValue,
    defaultText: defaultValue === undefined ? undefined : show(defaultValue),
    required: settings.required ?? false,
    repeatable: shape.repeatable ?? false,
    secret: shape.secret ?? false,
    decode: shape.decode,
    schema: shape.schema,
  };
}

const asIs = (text: string): string => text;
const decodeInteger = (text: string): unknown => (/^-?\d{1,16}$/.test(text.trim()) ? Number(text) : text);
const decodeList = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

export interface StringSettings extends CommonSettings<string> {
  /** Not shown by `--help` nor in logs. */
  readonly secret?: boolean;
  readonly maxLength?: number;
  readonly pattern?: RegExp;
  /** What the pattern asks for, such as `letters, digits and dashes`. */
  readonly patternText?: string;
}

function string<const S extends StringSettings>(settings: S): OptionDefinition<ValueOf<string, S>> {
  const maxLength = settings.maxLength ?? 4096;
  const base = z.string().min(1).max(maxLength);
  return build<string, S>(settings, {
    valueName: 'text',
    expectation: settings.patternText ?? `a text of 1 to ${maxLength} characters`,
    range: settings.patternText ?? '',
    secret: settings.secret ?? false,
    decode: asIs,
    schema: settings.pattern === undefined ? base : base.regex(settings.pattern),
  });
}

export interface IntegerSettings extends CommonSettings<number> {
  readonly min: number;
  readonly max: number;
  readonly unit: string;
}

function integer<const S extends IntegerSettings>(settings: S): OptionDefinition<ValueOf<number, S>> {
  return build<number, S>(settings, {
    valueName: 'number',
    unit: settings.unit,
    expectation: `an integer from ${settings.min} to ${settings.max} (${settings.unit})`,
    range: `${settings.min} to ${settings.max}`,
    decode: decodeInteger,
    schema: z.int().min(settings.min).max(settings.max),
  });
}

export interface BooleanSettings extends CommonSettings<boolean> {
  readonly default?: boolean;
}

/** A switch: `--name` is true, `--no-name` false; false unless told otherwise. */
function boolean(settings: BooleanSettings): OptionDefinition<boolean> {
  return build<boolean, BooleanSettings & { default: boolean }>(
    { ...settings, default: settings.default ?? false },
    { valueName: undefined, expectation: 'true or false', decode: decodeBoolean, schema: z.boolean() },
  );
}

function decodeBoolean(text: string): unknown {
  const word = text.trim().toLowerCase();
  if (['true', '1', 'yes', 'on'].includes(word)) return true;
  return ['false', '0', 'no', 'off'].includes(word) ? false : text;
}

export interface ChoiceSettings<C extends string> extends CommonSettings<C> {
  readonly choices: readonly [C, ...C[]];
}

function choice<const C extends string, const S extends ChoiceSettings<C>>(
  settings: S & ChoiceSettings<C>,
): OptionDefinition<ValueOf<C, S>> {
  return build<C, S>(settings, {
    valueName: 'choice',
    expectation: `one of ${settings.choices.join(', ')}`,
    range: settings.choices.join(', '),
    decode: asIs,
    schema: z.enum(settings.choices),
  });
}

export interface DurationSettings extends CommonSettings<number> {
  readonly minMs: number;
  readonly maxMs: number;
}

const DURATION_UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function decodeDuration(text: string): unknown {
  const parts = /^(\d{1,15})(ms|s|m|h|d)?$/.exec(text.trim());
  return parts === null ? text : Number(parts[1]) * (DURATION_UNITS_MS[parts[2] ?? 'ms'] ?? 1);
}

/** A duration as people write it, in the largest unit without a rest: `10s`. */
export function formatDuration(durationMs: number): string {
  const units = Object.entries(DURATION_UNITS_MS).reverse();
  const [unit, size] = units.find(([, unitMs]) => durationMs > 0 && durationMs % unitMs === 0) ?? ['ms', 1];
  return `${durationMs / size}${unit}`;
}

/** A duration in milliseconds; a number alone means milliseconds, `500ms`, `10s`, `5m`, `24h`, `7d` work too. */
function durationMs<const S extends DurationSettings>(settings: S): OptionDefinition<ValueOf<number, S>> {
  const range = `${formatDuration(settings.minMs)} to ${formatDuration(settings.maxMs)}`;
  return build<number, S>(settings, {
    valueName: 'duration',
    unit: 'ms, or with a unit: 10s, 5m, 24h',
    expectation: `a duration from ${range}, such as 500ms, 10s or 5m`,
    range,
    defaultText: formatDuration,
    decode: decodeDuration,
    schema: z.preprocess(
      (value) => (typeof value === 'string' ? decodeDuration(value) : value),
      z.int().min(settings.minMs).max(settings.maxMs),
    ),
  });
}

export interface ListSettings extends CommonSettings<readonly string[]> {
  readonly maxItems?: number;
}

const listOf = (item: z.ZodType<string>, maxItems: number): z.ZodType<unknown> =>
  z.preprocess((value) => (typeof value === 'string' ? decodeList(value) : value), z.array(item).min(1).max(maxItems));

/** Texts with commas between them; the flag may be repeated; in YAML a list. */
function list<const S extends ListSettings>(settings: S): OptionDefinition<ValueOf<readonly string[], S>> {
  const maxItems = settings.maxItems ?? 256;
  return build<readonly string[], S>(settings, {
    valueName: 'a,b,…',
    expectation: `a list of 1 to ${maxItems} texts with commas between them`,
    defaultText: (items) => items.join(','),
    repeatable: true,
    decode: decodeList,
    schema: listOf(z.string().min(1).max(4096), maxItems),
  });
}

const ADDRESS = z.string().refine(isAddress);

/** Whether it is `host:port`, with brackets around an IPv6 address. */
export function isAddress(text: string): boolean {
  const port = /^(?:\[[0-9a-fA-F:.]+\]|[^\s:/[\],]+):(\d{1,5})$/.exec(text)?.[1];
  return port !== undefined && Number(port) <= 65_535;
}

/** `host:port`. */
function address<const S extends CommonSettings<string>>(settings: S): OptionDefinition<ValueOf<string, S>> {
  return build<string, S>(settings, {
    valueName: 'host:port',
    expectation: 'host:port, such as 127.0.0.1:7401',
    decode: asIs,
    schema: ADDRESS,
  });
}

/** Several `host:port` with commas between them; the flag may be repeated; in YAML a list. */
function addresses<const S extends ListSettings>(settings: S): OptionDefinition<ValueOf<readonly string[], S>> {
  return build<readonly string[], S>(settings, {
    valueName: 'host:port,…',
    expectation: 'host:port addresses with commas between them, such as 127.0.0.1:7401,127.0.0.1:7402',
    defaultText: (items) => items.join(','),
    repeatable: true,
    decode: decodeList,
    schema: listOf(ADDRESS, settings.maxItems ?? 256),
  });
}

/** An `http:` or `https:` address. */
function url<const S extends CommonSettings<string>>(settings: S): OptionDefinition<ValueOf<string, S>> {
  return build<string, S>(settings, {
    valueName: 'url',
    expectation: 'a URL that begins with http:// or https://',
    decode: asIs,
    schema: z.url({ protocol: /^https?$/ }),
  });
}

export interface KeyValuesSettings extends CommonSettings<Readonly<Record<string, string>>> {
  readonly maxItems?: number;
}

function decodeKeyValues(text: string): unknown {
  const pairs = decodeList(text).map((item) => [item.slice(0, item.indexOf('=')), item.slice(item.indexOf('=') + 1)]);
  const keys = pairs.map(([key]) => key);
  const broken = decodeList(text).some((item) => item.indexOf('=') < 1) || new Set(keys).size !== keys.length;
  return broken ? text : Object.fromEntries(pairs as [string, string][]);
}

/** `k=v` pairs with commas between them, each key once; the flag may be repeated; in YAML a mapping. */
function keyValues<const S extends KeyValuesSettings>(
  settings: S,
): OptionDefinition<ValueOf<Readonly<Record<string, string>>, S>> {
  const maxItems = settings.maxItems ?? 64;
  const record = z.record(z.string().min(1).max(256), z.union([z.string().max(4096), z.number().transform(String)]));
  return build<Readonly<Record<string, string>>, S>(settings, {
    valueName: 'k=v,…',
    expectation: `1 to ${maxItems} pairs key=value with commas between them, each key once`,
    defaultText: (pairs) =>
      Object.entries(pairs)
        .map(([key, value]) => `${key}=${value}`)
        .join(','),
    repeatable: true,
    decode: decodeKeyValues,
    schema: z.preprocess(
      (value) => (typeof value === 'string' ? decodeKeyValues(value) : value),
      record.refine((pairs) => Object.keys(pairs).length <= maxItems),
    ),
  });
}

/** Builders of option definitions. Each takes `summary`, and `default` or `required: true`; with neither it may be undefined. */
export const option = { string, integer, boolean, choice, durationMs, list, address, addresses, url, keyValues };
