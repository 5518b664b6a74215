import { attemptRefFromWire, ballotToWire, heartbeatFromWire } from '@synod/contracts';
import type { Command, CommandReply } from '@synod/jobs';
import { bidi, clientStream, invalidArgument, messagesOf, notFound, unary } from '@synod/rpc';
import type { Handlers } from '@synod/rpc';
import type { services, WirePushLogsRequest } from '@synod/wire';
import { AgentSession } from '../agents/agent-session.js';
import type { AgentSessionModules } from '../agents/agent-session.js';
import type { AgentSessions } from '../agents/agent-sessions.js';
import type { HeartbeatHub } from '../agents/heartbeat-hub.js';
import type { LogTails } from '../logs/log-tails.js';

export interface AgentServiceModules {
  readonly session: AgentSessionModules;
  readonly sessions: AgentSessions;
  readonly heartbeats: HeartbeatHub;
  readonly tails: LogTails;
  readonly propose: (command: Command) => Promise<CommandReply>;
}

export function agentServiceHandlers(modules: AgentServiceModules): Handlers<(typeof services)['AgentService']> {
  const { sessions, heartbeats, tails } = modules;
  return {
    session: bidi(async (stream, call) => {
      const session = new AgentSession(
        {
          write: (response) => stream.writable && stream.write(response),
          end: () => stream.end(),
          fail: (error) => {
            call.fail(error);
          },
        },
        modules.session,
      );
      try {
        for await (const request of messagesOf(stream)) await session.receive(request);
      } finally {
        sessions.closed(session);
      }
    }),
    heartbeat: bidi(async (stream) => {
      for await (const request of messagesOf(stream)) {
        heartbeats.received(heartbeatFromWire(request), (mark, ballot) => {
          if (stream.writable) stream.write({ sequence: String(mark.sequence), leader: ballotToWire(ballot) });
        });
      }
    }),
    pushLogs: clientStream(async (stream, call) => {
      const messages = messagesOf(stream);
      const first = await messages.next();
      if (first.done === true || first.value.tailId === '') {
        throw invalidArgument([
          { field: 'tail_id', description: 'the first message names the tail that was asked for' },
        ]);
      }
      const read = deferred();
      call.signal.addEventListener('abort', () => {
        read.resolve();
      });
      if (!tails.attach(first.value.tailId, chunksOf(first.value, messages, read.resolve))) {
        throw notFound('TAIL_UNKNOWN', 'nobody waits for this log any more');
      }
      await read.promise;
      return {};
    }),
    reportGuardEnded: unary(async ({ workerId, incarnation, ended }) => {
      const worker = heartbeatFromWire({ workerId, incarnation, sequence: '0' });
      ended.forEach((ref) => attemptRefFromWire(ref));
      await modules.propose({
        type: 'closeWorker',
        workerId: worker.workerId,
        incarnation: worker.incarnation,
        cause: 'guardEnded',
      });
      return {};
    }),
  };
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** The chunks of a pushed log, pulled by its reader; `finished` when it has read all or leaves early. */
async function* chunksOf(first: WirePushLogsRequest, rest: AsyncGenerator<WirePushLogsRequest>, finished: () => void) {
  try {
    if (first.chunk !== null) yield first.chunk;
    for await (const { chunk } of rest) if (chunk !== null) yield chunk;
  } finally {
    finished();
  }
}
