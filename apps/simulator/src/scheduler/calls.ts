import { EventEmitter } from 'node:events';
import { rpcError } from '@synod/rpc';
import type { RpcError } from '@synod/rpc';
import type { SimulatedProcess } from './process.js';
import { unreachable } from './streams.js';
import type { CallEnd, Streams } from './streams.js';

/** How the messages of a method become bytes. */
export interface MethodCodec<Request, RequestInput, Response, ResponseInput> {
  readonly requestSerialize: (request: RequestInput) => Uint8Array;
  readonly requestDeserialize: (bytes: Buffer) => Request;
  readonly responseSerialize: (response: ResponseInput) => Uint8Array;
  readonly responseDeserialize: (bytes: Buffer) => Response;
}

export interface Caller {
  readonly machine: string;
  readonly process: SimulatedProcess;
  readonly streams: Streams;
}

/** A streaming call as grpc-js shows it to a client: `data`, at most one `error`, and at last `end` and `status`. */
export class ClientCall<RequestInput, Response> extends EventEmitter {
  private readonly end_: CallEnd;
  private over = false;

  constructor(
    private readonly caller: Caller,
    to: string,
    method: string,
    private readonly codec: Pick<
      MethodCodec<unknown, RequestInput, Response, unknown>,
      'requestSerialize' | 'responseDeserialize'
    >,
  ) {
    super();
    this.end_ = caller.streams.call(caller, to, method);
    this.end_.listener = {
      data: (bytes) => this.emit('data', codec.responseDeserialize(Buffer.from(bytes))),
      closed: (error) => this.finish(error),
    };
  }

  write(request: RequestInput): boolean {
    this.end_.send(this.codec.requestSerialize(request));
    return true;
  }

  /** The half-close of a client; the server ends the calls that need one by itself. */
  end(): void {
    return;
  }

  cancel(): void {
    if (this.over) return;
    this.end_.close(rpcError('CANCELLED', '', 'cancelled'));
    this.caller.process.after(0, () => this.finish(rpcError('CANCELLED', '', 'cancelled')));
  }

  private finish(error: RpcError | undefined): void {
    if (this.over) return;
    this.over = true;
    if (error !== undefined) this.emit('error', error);
    else this.emit('end');
    this.emit('status');
  }
}

/** A call of one request and one response. Rejects with an {@link RpcError}. */
export function unaryCall<RequestInput, Response>(
  caller: Caller,
  to: string,
  method: string,
  codec: Pick<MethodCodec<unknown, RequestInput, Response, unknown>, 'requestSerialize' | 'responseDeserialize'>,
  request: RequestInput,
  deadlineMs: number,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const call = new ClientCall(caller, to, method, codec);
    const cancel = caller.process.after(deadlineMs, () => {
      reject(rpcError('DEADLINE_EXCEEDED', '', 'no answer in time'));
      call.cancel();
    });
    call.on('data', (response: Response) => {
      cancel();
      resolve(response);
    });
    call.on('error', (error: Error) => {
      cancel();
      reject(error);
    });
    call.on('end', () => {
      cancel();
      reject(unreachable());
    });
    call.write(request);
  });
}

/** A call of one request whose responses come as a stream. Throws an {@link RpcError} when it breaks, or is aborted. */
export async function* serverStreamCall<RequestInput, Response>(
  caller: Caller,
  to: string,
  method: string,
  codec: Pick<MethodCodec<unknown, RequestInput, Response, unknown>, 'requestSerialize' | 'responseDeserialize'>,
  request: RequestInput,
  signal?: AbortSignal,
): AsyncGenerator<Response> {
  const arrived: Response[] = [];
  let over = false;
  let failure: Error | undefined;
  let wake: () => void = () => undefined;
  const call = new ClientCall<RequestInput, Response>(caller, to, method, codec);
  call.on('data', (response: Response) => {
    arrived.push(response);
    wake();
  });
  call.on('error', (error: Error) => (failure = error));
  call.on('status', () => {
    over = true;
    wake();
  });
  const abort = (): void => call.cancel();
  signal?.addEventListener('abort', abort, { once: true });
  call.write(request);
  try {
    for (;;) {
      const next = arrived.shift();
      if (next !== undefined) yield next;
      else if (failure !== undefined) throw failure;
      else if (over) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    call.cancel();
  }
}
