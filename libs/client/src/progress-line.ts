import { clientError } from './errors.js';

/** How far an attempt is. A command can say it as a handler does: by a line such as `[progress 40%] 4 of 10 files`. */
export interface ProgressMark {
  /** From 0 to 1. */
  readonly fraction: number;
  readonly text: string;
}

const LINE = /^\[progress (\d{1,3}(?:\.\d+)?)%\](?: (.*))?$/;

/** @throws SynodClientError `invalidArgument` for what is no number. */
export function progressLine(fraction: number, text = ''): string {
  if (Number.isNaN(fraction)) throw clientError('invalidArgument', 'progress is a number from 0 to 1, not NaN');
  const percent = Math.round(Math.min(1, Math.max(0, fraction)) * 1_000) / 10;
  const words = text.replace(/[\r\n]+/g, ' ');
  return `[progress ${percent}%]${words === '' ? '' : ` ${words}`}`;
}

/** What a line of a log says of progress; undefined for any other line. */
export function readProgressLine(line: string): ProgressMark | undefined {
  const [, percent, text = ''] = LINE.exec(line) ?? [];
  if (percent === undefined || Number(percent) > 100) return undefined;
  return { fraction: Number(percent) / 100, text };
}
