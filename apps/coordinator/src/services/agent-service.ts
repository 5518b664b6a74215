import { attemptRefFromWire, ballotToWire, heartbeatFromWire } from '@synod/contracts';
import type { Command, CommandReply } from '@synod/jobs';
import {
  bidi,
  clientStream,
  invalidArgument,
  messagesOf,
  resourceExhausted,
  rpcError,
  tryWrite,
  unary,
  unavailable,
} from '@synod/rpc';
import type { CallContext, Handlers } from '@synod/rpc';
import type { services, WireGetJobLogsResponse, WirePushLogsRequest } from '@synod/wire';
import { AgentSession } from '../agents/agent-session.js';
import type { AgentSessionModules } from '../agents/agent-session.js';
import type { AgentSessions } from '../agents/agent-sessions.js';
import type { HeartbeatHub } from '../agents/heartbeat-hub.js';
import type { LogTails } from '../logs/log-tails.js';
import { patienceMs } from './service-context.js';

export interface AgentServiceModules {
  readonly session: AgentSessionModules;
  readonly sessions: AgentSessions;
  readonly heartbeats: HeartbeatHub;
  readonly tails: LogTails;
  readonly propose: (command: Command, timeoutMs: number) => Promise<CommandReply>;
}

/** Session streams at a time, at most; a cluster of three serves 10,000 workers with one coordinator down. */
const MAX_SESSIONS = 10_000;
const RETRY_AFTER_MS = 1_000;

/** AgentService as workers see it. */
export function agentServiceHandlers(modules: AgentServiceModules): Handlers<(typeof services)['AgentService']> {
  return {
    session: sessionHandler(modules),
    heartbeat: bidi(async (stream) => {
      for await (const request of messagesOf(stream)) {
        modules.heartbeats.received(heartbeatFromWire(request), (mark, ballot) => {
          // One that does not read its acknowledgements loses them, and with them its leases.
          tryWrite(stream, { sequence: String(mark.sequence), leader: ballotToWire(ballot) });
        });
      }
    }),
    pushLogs: pushLogsHandler(modules),
    reportGuardEnded: unary(async ({ workerId, incarnation, ended }, call) => {
      const worker = heartbeatFromWire({ workerId, incarnation, sequence: '0' });
      ended.forEach((ref) => attemptRefFromWire(ref));
      const { workerId: id } = worker;
      await modules.propose(
        { type: 'closeWorker', workerId: id, incarnation: worker.incarnation, cause: 'guardEnded' },
        patienceMs(call.remainingMs),
      );
      return {};
    }),
  };
}

function sessionHandler({ sessions, session: shared }: AgentServiceModules): AgentHandlers['session'] {
  let streams = 0;
  return bidi(async (stream, call) => {
    if (streams >= MAX_SESSIONS) {
      throw resourceExhausted('TOO_MANY_SESSIONS', 'this coordinator serves enough workers', RETRY_AFTER_MS);
    }
    streams += 1;
    const session = new AgentSession(
      {
        get unsent() {
          return stream.writableLength;
        },
        write: (response) => stream.writable && stream.write(response),
        end: () => stream.end(),
        fail: (error) => {
          call.fail(error);
        },
      },
      shared,
    );
    try {
      for await (const request of messagesOf(stream)) await session.receive(request);
    } catch (error) {
      // Before the stream is ended in order: the worker must hear why.
      session.end(error);
    } finally {
      streams -= 1;
      sessions.closed(session);
    }
  });
}

function pushLogsHandler({ tails }: AgentServiceModules): AgentHandlers['pushLogs'] {
  return clientStream(async (stream, call) => {
    const messages = messagesOf(stream);
    const first = await messages.next();
    if (first.done === true || first.value.tailId === '') {
      throw invalidArgument([{ field: 'tail_id', description: 'the first message names the tail that was asked for' }]);
    }
    const { tailId, chunk } = first.value;
    const complete = await new Promise<boolean>((release) => {
      call.signal.addEventListener('abort', () => {
        release(false);
      });
      if (!tails.attach(tailId, { chunks: chunksOf(chunk, messages, call), release })) release(false);
    });
    if (!complete) throw rpcError('CANCELLED', 'TAIL_UNKNOWN', 'nobody reads this log any more');
    return {};
  });
}

type AgentHandlers = Handlers<(typeof services)['AgentService']>;

/** The chunks of a pushed log. A worker that is lost in the middle is no end of its log. */
async function* chunksOf(
  first: WirePushLogsRequest['chunk'],
  rest: AsyncIterable<WirePushLogsRequest>,
  call: CallContext,
): AsyncGenerator<WireGetJobLogsResponse> {
  if (first !== null) yield first;
  for await (const { chunk } of rest) if (chunk !== null) yield chunk;
  // grpc-js tells of a broken stream as of one that its client has finished, and says a moment later that it was cancelled.
  await new Promise((resolve) => setImmediate(resolve));
  if (call.cancelled) throw unavailable('WORKER_GONE', 'the worker left in the middle of its log; try again');
}
