import { cronInvalid } from './cron-error.js';

/** A cron expression that was checked, in numbers only: what the library behind {@link WallTimes} is given. */
export interface CronPattern {
  /** Six fields: second, minute, hour, day of month, month, day of week. */
  readonly fields: string;
  /**
   * A star begins the second, minute or hour: such a job runs by the clock as it shows, where one that names its hour and
   * minute means that time of the day (cron(8), "special considerations").
   */
  readonly isWildcard: boolean;
  /** A day must have both the day of month and the day of week. Else either is enough, as in crontab(5), where neither has a star. */
  readonly bothDays: boolean;
}

interface FieldRules {
  readonly name: string;
  readonly minimum: number;
  readonly maximum: number;
  /** Lower case; the number is its place plus `minimum`. */
  readonly names: readonly string[];
  /** What may stand for a single value besides: `L`, `15W`, `5#2`. */
  readonly special: RegExp | undefined;
  readonly allowed: string;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const COMBINED = 'combined as lists (1,2), ranges (1-5), steps (*/15, 10-50/20) or *';

const SECOND = numeric('second', 0, 59);
const MINUTE = numeric('minute', 0, 59);
const HOUR = numeric('hour', 0, 23);
const DAY_OF_MONTH: FieldRules = {
  ...numeric('day of month', 1, 31),
  special: /^(?:l|(?:[1-9]|[12]\d|3[01])w|lw)$/,
  allowed: `1 to 31, L (last day), 15W (weekday nearest to the 15th), LW (last weekday), ${COMBINED}`,
};
const MONTH: FieldRules = {
  ...numeric('month', 1, 12),
  names: MONTHS,
  allowed: `1 to 12 or jan to dec, ${COMBINED}`,
};
const DAY_OF_WEEK: FieldRules = {
  ...numeric('day of week', 0, 7),
  names: DAYS,
  special: /^(?:[0-7]|sun|mon|tue|wed|thu|fri|sat)(?:#[1-5]|l)$/,
  allowed: `0 to 7 (0 and 7 are Sunday) or sun to sat, 5#2 (second Friday), 5L (last Friday), ${COMBINED}`,
};

const MACROS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

const MAX_EXPRESSION_LENGTH = 1_000;

/** Throws `cronInvalid`, which names the field. Five fields begin with the minute, six with the second. */
export function parseCronFields(expression: string): CronPattern {
  const text = expression.trim();
  if (text.length > MAX_EXPRESSION_LENGTH) {
    throw cronInvalid('expression', `${text.slice(0, 40)}…`, `at most ${MAX_EXPRESSION_LENGTH} characters`);
  }
  const parts = (text.startsWith('@') ? macro(text) : text).split(/\s+/);
  if (parts.length === 5) parts.unshift('0');
  if (parts.length !== 6) {
    throw cronInvalid(
      'expression',
      text,
      'five fields (minute, hour, day of month, month, day of week), six with the second in front, or a macro such as @daily',
    );
  }
  const [second, minute, hour, dayOfMonth, month, dayOfWeek] = parts as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const fields = [
    checkedField(SECOND, second),
    checkedField(MINUTE, minute),
    checkedField(HOUR, hour),
    checkedField(DAY_OF_MONTH, dayOfMonth === '?' ? '*' : dayOfMonth),
    checkedField(MONTH, month),
    checkedField(DAY_OF_WEEK, dayOfWeek === '?' ? '*' : dayOfWeek),
  ];
  return {
    fields: fields.join(' '),
    isWildcard: [second, minute, hour].some((field) => field.startsWith('*')),
    bothDays: [dayOfMonth, dayOfWeek].some((field) => field.startsWith('*') || field === '?'),
  };
}

function macro(text: string): string {
  const name = text.toLowerCase();
  const fields = Object.hasOwn(MACROS, name) ? MACROS[name] : undefined;
  if (fields !== undefined) return fields;
  const known = Object.keys(MACROS).join(', ');
  const allowed = name === '@reboot' ? `${known}; a cluster has no reboot: submit a job instead` : known;
  throw cronInvalid('expression', text, allowed);
}

function numeric(name: string, minimum: number, maximum: number): FieldRules {
  const allowed = `${minimum} to ${maximum}, ${COMBINED}`;
  return { name, minimum, maximum, names: [], special: undefined, allowed };
}

function checkedField(rules: FieldRules, field: string): string {
  return field
    .toLowerCase()
    .split(',')
    .map((item) => checkedItem(rules, item))
    .join(',');
}

function checkedItem(rules: FieldRules, item: string): string {
  if (rules.special?.test(item) === true) return withNumbers(rules, item).toUpperCase();
  const match = /^(?:(\*)|([a-z0-9]+)(?:-([a-z0-9]+))?)(?:\/(\d+))?$/.exec(item);
  if (match === null) throw invalid(rules, item);
  const [, star, first, last, step] = match;
  const steps = step === undefined ? '' : `/${checkedStep(rules, item, step)}`;
  if (star !== undefined) return `*${steps}`;
  const from = valueOf(rules, item, first as string);
  if (last === undefined) {
    if (steps === '') return `${from}`;
    throw cronInvalid(rules.name, item, `a step after * or a range: write ${from}-${lastValue(rules)}${steps}`);
  }
  // Sunday ends a week as well as it begins one.
  const to = rules === DAY_OF_WEEK && last === 'sun' ? 7 : valueOf(rules, item, last);
  if (from > to)
    throw cronInvalid(rules.name, item, `a range that rises: write ${from}-${lastValue(rules)},${rules.minimum}-${to}`);
  return `${from}-${to}${steps}`;
}

function checkedStep(rules: FieldRules, item: string, step: string): number {
  const size = Number(step);
  const span = lastValue(rules) - rules.minimum + 1;
  if (size >= 1 && size <= span) return size;
  throw cronInvalid(rules.name, item, `a step of 1 to ${span}`);
}

function valueOf(rules: FieldRules, item: string, text: string): number {
  const place = rules.names.indexOf(text);
  if (place >= 0) return place + rules.minimum;
  if (!/^\d{1,2}$/.test(text)) throw invalid(rules, item);
  const value = Number(text);
  if (value < rules.minimum || value > rules.maximum) throw invalid(rules, item);
  return value;
}

function lastValue(rules: FieldRules): number {
  return rules === DAY_OF_WEEK ? 6 : rules.maximum;
}

/** `fri#2` as `5#2`. */
function withNumbers(rules: FieldRules, item: string): string {
  return item.replace(/^[a-z]{3}/, (name) => {
    const place = rules.names.indexOf(name);
    return place < 0 ? name : `${place + rules.minimum}`;
  });
}

function invalid(rules: FieldRules, item: string): Error {
  return cronInvalid(rules.name, item, rules.allowed);
}
