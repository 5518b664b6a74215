import { NO_QUEUE_SETTINGS } from '../queue.js';
import type { RateLimit } from '../queue.js';
import { QueueSetup } from '../state/queue-setup.js';
import { PLACEMENT_POLICIES } from '../placement.js';
import type { Placement } from '../placement.js';
import type { ImageReader } from './image-reader.js';

/** What `QueueSetup.imageValue` wrote. */
export function queueFrom(read: ImageReader, value: unknown, queue: string): QueueSetup {
  const [paused, pauseReason, revision, maxRunning, maxRunningPerKey, limits, placement, lostAfterMs] = read.fields(
    value,
    8,
  );
  const setup = new QueueSetup(queue, NO_QUEUE_SETTINGS);
  const [tokens, perMs, burst, units, atMs] = limits === null ? [] : read.fields(limits, 5);
  let rate: RateLimit | undefined;
  if (limits !== null) {
    rate = { tokens: read.positive(tokens), perMs: read.positive(perMs), burst: read.positive(burst) };
    setup.bucket = { units: read.count(units), atMs: read.count(atMs) };
  }
  setup.settings = {
    maxRunning: read.count(maxRunning),
    maxRunningPerKey: read.count(maxRunningPerKey),
    rate,
    placement: placement === null ? undefined : placementFrom(read, placement),
    lostAfterMs: read.count(lostAfterMs),
  };
  setup.paused = read.flag(paused);
  setup.pauseReason = read.text(pauseReason);
  setup.revision = read.positive(revision);
  return setup;
}

function placementFrom(read: ImageReader, value: unknown): Placement {
  const fields = read.fieldsUpTo(value, 1, 4);
  const policy = read.oneOf(fields[0], PLACEMENT_POLICIES);
  if (fields.length === 1) return { policy };
  const [, choices, loadFactorPercent, spreadLabel] = fields;
  const options = {
    ...(choices === null ? {} : { choices: read.positive(choices) }),
    ...(loadFactorPercent === null ? {} : { loadFactorPercent: read.positive(loadFactorPercent) }),
    ...(spreadLabel === null ? {} : { spreadLabel: read.text(spreadLabel) }),
  };
  read.check(Object.keys(options).length > 0, 'says at length that nothing is optional');
  return { policy, options };
}
