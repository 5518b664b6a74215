import type { CliIo, Sink } from '../io.js';

export type Colour = 'red' | 'green' | 'yellow' | 'blue' | 'dim' | 'bold';

const CODES: Readonly<Record<Colour, readonly [number, number]>> = {
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  dim: [2, 22],
  bold: [1, 22],
};

export type Paint = (colour: Colour, text: string) => string;

/** Paints for a terminal; leaves text alone in a pipe, with NO_COLOR set, or on a dumb terminal. */
export function painter(sink: Sink, env: CliIo['env']): Paint {
  const plain = sink.isTTY !== true || (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb';
  if (plain) return (_colour, text) => text;
  return (colour, text) => {
    const [on, off] = CODES[colour];
    return `\u001b[${on}m${text}\u001b[${off}m`;
  };
}

const STATE_COLOURS: Readonly<Record<string, Colour>> = {
  succeeded: 'green',
  online: 'green',
  leader: 'green',
  running: 'blue',
  assigned: 'blue',
  starting: 'blue',
  failed: 'red',
  timedOut: 'red',
  lost: 'red',
  unreachable: 'red',
  expired: 'red',
  cancelled: 'yellow',
  candidate: 'yellow',
  cordoned: 'yellow',
  draining: 'yellow',
  left: 'dim',
};

/** The name of a state in the colour that goes with it. */
export function paintState(paint: Paint, state: string): string {
  const colour = STATE_COLOURS[state];
  return colour === undefined ? state : paint(colour, state);
}
