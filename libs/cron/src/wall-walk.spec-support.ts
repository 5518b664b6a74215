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

/**
 * When Debian's cron(8) would run the expression, after the main loop of its cron.c (3.0pl1-162): it wakes each minute, and tells by
 * how far the minute on the wall is ahead of the one it had come to whether the clock was moved. The first minute walked only says
 * where the clock stood; a minute in which it runs the job several times is there as often.
 */
export function debianTimes(expression: string, shown: readonly Shown[]): number[] {
  const isWildcard = /^\*|^\S+ \*/.test(expression);
  const times: number[] = [];
  const minuteOf = ({ wallMs }: Shown): number => Math.floor(wallMs / MINUTE_MS);
  let virtual = minuteOf(shown[0] as Shown);
  for (const now of shown.slice(1)) {
    const find = (wallMinute: number, wild: boolean, fixed: boolean): void => {
      if (!(isWildcard ? wild : fixed)) return;
      if (matches(expression, shownAt(now.atMs, wallMinute * MINUTE_MS))) times.push(now.atMs);
    };
    const running = minuteOf(now);
    const ahead = running - virtual;
    if (ahead >= 1 && ahead <= 5) {
      while (virtual < running) find((virtual += 1), true, true);
    } else if (ahead > 5 && ahead <= 180) {
      find(running, true, false);
      while (virtual < running) find((virtual += 1), false, true);
    } else if (ahead <= 0 && ahead > -180) {
      find(running, true, false);
    } else {
      virtual = running;
      find(running, true, true);
    }
  }
  return times;
}

/** The times of an expression among the minutes walked; the first of them only says where the clock stood. */
export function walkedTimes(expression: string, rule: 'skip' | 'once' | 'both', shown: readonly Shown[]): number[] {
  const times: number[] = [];
  let latestWallMs = (shown[0] as Shown).wallMs;
  for (const minute of shown.slice(1)) {
    const isNew = minute.wallMs > latestWallMs;
    let isDue = matches(expression, minute) && (isNew || rule === 'both');
    if (isNew && rule === 'once') {
      for (let wallMs = latestWallMs + MINUTE_MS; wallMs < minute.wallMs; wallMs += MINUTE_MS) {
        isDue ||= matches(expression, shownAt(minute.atMs, wallMs));
      }
    }
    if (isDue) times.push(minute.atMs);
    latestWallMs = Math.max(latestWallMs, minute.wallMs);
  }
  return times;
}
