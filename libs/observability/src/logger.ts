import type { LogFields, Logger } from '@synod/base';
import { destination, pino, stdTimeFunctions } from 'pino';
import type { DestinationStream, Logger as PinoLogger } from 'pino';
import { loggable } from './redact.js';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

export interface LoggerSettings {
  /** Name of the process's kind: `coordinator`. */
  readonly name: string;
  /** Default `info`. */
  readonly level?: LogLevel;
  /** Facts on every line, such as the node's id. */
  readonly fields?: LogFields;
  /** Where lines go; default: file descriptor 2, written at once, so that a line before a SIGKILL is not lost. */
  readonly destination?: DestinationStream;
}

/** A logger of JSON lines: `level` as a word, `time` as ISO text, `message`. Fields are redacted (see `redact.ts`). */
export function createLogger(settings: LoggerSettings): Logger {
  const root = pino(
    {
      base: { name: settings.name, pid: process.pid, ...loggable(settings.fields ?? {}) },
      level: settings.level ?? 'info',
      messageKey: 'message',
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }), log: loggable },
    },
    settings.destination ?? destination({ fd: 2, sync: true }),
  );
  return wrap(root);
}

function wrap(logger: PinoLogger): Logger {
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    child: (fields) => wrap(logger.child(loggable(fields))),
  };
}

/** A logger that says nothing, for tests and for parts that were given none. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};
