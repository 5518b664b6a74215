import type { CliIo, Sink } from '../io.js';

const BAR_CELLS = 24;
const CLEAR_LINE = '\r\u001b[K';

/** A bar that fills while something long is done: on a terminal alone, so that nothing of it gets into files and pipes. */
export class ProgressBar {
  private readonly shown: boolean;
  private visible = false;

  constructor(
    private readonly sink: Sink,
    env: CliIo['env'],
    private readonly total: number,
    private readonly noun: string,
  ) {
    this.shown = sink.isTTY === true && env['TERM'] !== 'dumb' && total > 0;
  }

  /** `note`: what else is to be said, such as how many have failed. */
  update(done: number, note = ''): void {
    if (!this.shown) return;
    const cells = Math.floor((Math.min(done, this.total) / this.total) * BAR_CELLS);
    const bar = `${'█'.repeat(cells)}${'░'.repeat(BAR_CELLS - cells)}`;
    const text = `${bar} ${done}/${this.total} ${this.noun}${note === '' ? '' : `, ${note}`}`;
    this.sink.write(`${CLEAR_LINE}${text.slice(0, Math.max(1, (this.sink.columns ?? 80) - 1))}`);
    this.visible = true;
  }

  /** Takes the bar away, so that a line can be written; the next update brings it back. */
  hide(): void {
    if (!this.visible) return;
    this.sink.write(CLEAR_LINE);
    this.visible = false;
  }
}
