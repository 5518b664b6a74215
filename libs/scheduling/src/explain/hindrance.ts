/** One thing that keeps a job from starting. */
export interface Hindrance {
  readonly code:
    | 'delay'
    | 'backOff'
    | 'overlap'
    | 'queuePaused'
    | 'queueFull'
    | 'rateLimited'
    | 'keyFull'
    | 'noWorkers'
    | 'workersUnfit'
    | 'workersClosed'
    | 'workersFull'
    | 'workersUnheard'
    | 'ahead';
  /** For people. */
  readonly message: string;
  /** What would take it away. */
  readonly remedy: string;
  /** When it ends by itself, if that is known. */
  readonly untilMs: number | undefined;
}
