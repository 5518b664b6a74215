/**
 * The rules once more, in the plainest way and without the libraries of the product: walks through real time minute by minute,
 * asks Intl what the clock shows, and compares the fields of the expression with it.
 */
export interface Shown {
  readonly atMs: number;
  readonly minute: number;
  readonly hour: number;
  readonly day: number;
  readonly month: number;
  readonly weekday: number;
  /** As one number, so that it can be compared. */
  readonly wallMs: number;
}

const MINUTE_MS = 60_000;

export function walk(timeZone: string, fromMs: number, toMs: number): Shown[] {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  const shown: Shown[] = [];
  for (let atMs = fromMs; atMs < toMs; atMs += MINUTE_MS) {
    const parts = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
    const { year, month, day, hour, minute } = parts;
    const wallMs = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute);
    shown.push(shownAt(atMs, wallMs));
  }
  return shown;
}

function shownAt(atMs: number, wallMs: number): Shown {
  const wall = new Date(wallMs);
  return {
    atMs,
    minute: wall.getUTCMinutes(),
    hour: wall.getUTCHours(),
    day: wall.getUTCDate(),
    month: wall.getUTCMonth() + 1,
    weekday: wall.getUTCDay(),
    wallMs,
  };
}

/** Numbers, lists, ranges and steps; no names. */
function has(field: string, value: number, minimum: number, maximum: number): boolean {
  return field.split(',').some((item) => {
    const [range = '', step = '1'] = item.split('/');
    const [from, to] = range === '*' ? [minimum, maximum] : range.split('-').map(Number);
    const last = to ?? from ?? 0;
    return value >= (from ?? 0) && value <= last && (value - (from ?? 0)) % Number(step) === 0;
  });
}

function matches(expression: string, { minute, hour, day, month, weekday }: Shown): boolean {
  const [minutes, hours, days, months, weekdays] = expression.split(' ') as [string, string, string, string, string];
  const isDay = has(days, day, 1, 31);
  const isWeekday = has(weekdays, weekday, 0, 6);
  const bothDays = days.startsWith('*') || weekdays.startsWith('*');
  return (
    has(minutes, minute, 0, 59) &&
    has(hours, hour, 0, 23) &&
    has(months, month, 1, 12) &&
    (bothDays ? isDay && isWeekday : isDay || isWeekday)
  );
}

/** The times of an expression among the minutes walked; the first of them only says where the clock stood. */
export function walkedTimes(expression: string, rule: string, shown: readonly Shown[]): number[] {
  const isWildcard = /^\*|^\S+ \*/.test(expression);
  const effective = rule === 'cron' ? (isWildcard ? 'both' : 'once') : rule;
  const times: number[] = [];
  let latestWallMs = (shown[0] as Shown).wallMs;
  for (const minute of shown.slice(1)) {
    const isNew = minute.wallMs > latestWallMs;
    let isDue = matches(expression, minute) && (isNew || effective === 'both');
    if (isNew && effective === 'once') {
      for (let wallMs = latestWallMs + MINUTE_MS; wallMs < minute.wallMs; wallMs += MINUTE_MS) {
        isDue ||= matches(expression, shownAt(minute.atMs, wallMs));
      }
    }
    if (isDue) times.push(minute.atMs);
    latestWallMs = Math.max(latestWallMs, minute.wallMs);
  }
  return times;
}
