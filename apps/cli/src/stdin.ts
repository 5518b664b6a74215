import { CliError, EXIT } from './failure.js';
import { readAll, type CliIo } from './io.js';

/** The cluster takes 256 KiB unless told otherwise; nothing above this fits into one message. */
const MAX_STDIN_BYTES = 4 * 1024 * 1024;

/** The whole standard input. @throws CliError `inputTooLarge` */
export async function readStdin(io: CliIo): Promise<Buffer> {
  try {
    return await readAll(io.stdin, MAX_STDIN_BYTES);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new CliError(
      'inputTooLarge',
      'the standard input has more than 4 MiB; put it where the job can fetch it',
      EXIT.usage,
    );
  }
}
