import { UsageError } from '@synod/config';
import { option } from '@synod/config';
import type { RateLimit } from '@synod/client';

const DAY_MS = 86_400_000;
/** A delay, or a time to wait at most. */
export const anyDelay = option.durationMs({ summary: '', minMs: 0, maxMs: 366 * DAY_MS });

/** A time with its zone, such as 2026-12-24T18:00:00+01:00, or Unix milliseconds; undefined for anything else. */
export function timeOf(text: string): number | undefined {
  if (/^\d{10,16}$/.test(text)) return Number(text);
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(text)) return undefined;
  const timeMs = Date.parse(text);
  return Number.isNaN(timeMs) ? undefined : timeMs;
}

export const TIME_FORM = 'a time with its zone, such as 2026-12-24T18:00:00Z, or Unix milliseconds';

/** A parser for commander. */
export function timeFlag(flag: string): (text: string) => number {
  return (text) => {
    const timeMs = timeOf(text);
    if (timeMs === undefined) throw wrong(flag, TIME_FORM, text);
    return timeMs;
  };
}

export const RATE_FORM = 'starts in a time, such as 10/1s, or with a burst of its own: 10/1s/20';

/** `10/1s` or `10/1s/20`; undefined for anything else. */
export function rateOf(text: string): RateLimit | undefined {
  const [tokens = '', per = '', burst, ...more] = text.split('/');
  const perMs = anyDelay.schema.safeParse(anyDelay.decode(per));
  const numbers = burst === undefined ? [tokens] : [tokens, burst];
  if (more.length > 0 || !perMs.success || !numbers.every((number) => /^\d{1,7}$/.test(number))) return undefined;
  return {
    tokens: Number(tokens),
    perMs: perMs.data as number,
    ...(burst === undefined ? {} : { burst: Number(burst) }),
  };
}

/** A parser for commander; `none` is no rate. */
export function rateFlag(flag: string): (text: string) => RateLimit | 'none' {
  return (text) => {
    const rate = text === 'none' ? 'none' : rateOf(text);
    if (rate === undefined) throw wrong(flag, `${RATE_FORM}, or none`, text);
    return rate;
  };
}

function wrong(flag: string, form: string, text: string): UsageError {
  return new UsageError(
    { code: 'invalidValue', option: flag },
    `${flag} must be ${form}, not ${JSON.stringify(text.slice(0, 80))}`,
  );
}
