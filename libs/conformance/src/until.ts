/** Nothing waits so long unless it has failed. */
export const DEADLINE_MS = 20_000;

/** Resolves with the first value for which `wanted` holds, of those that `follow` tells. */
export function until<T>(
  what: string,
  follow: (listener: (value: T) => void) => () => void,
  wanted: (value: T) => boolean,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let last: T | undefined;
    const late = setTimeout(() => {
      end?.();
      reject(new Error(`${what}: not within ${DEADLINE_MS} ms; last was ${JSON.stringify(last)}`));
    }, DEADLINE_MS);
    let done = false;
    const end: (() => void) | undefined = follow((value) => {
      last = value;
      if (done || !wanted(value)) return;
      done = true;
      clearTimeout(late);
      // The first call may come before `follow` has returned.
      queueMicrotask(() => end?.());
      resolve(value);
    });
  });
}
