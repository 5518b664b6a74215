import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { Logger } from '@synod/base';
import { encodeLine, LineReader, type AgentMessage } from '../shared/guard-protocol.js';
import { messageOf } from '../shared/platform.js';
import type { AgentLink, Guard } from './guard.js';

/**
 * Listens for agents. The directory's lock is held, so a socket that is there is a dead guard's. `umask` keeps others out
 * from the first moment on, not only after the chmod.
 */
export function listenForAgents(path: string, guard: Guard, modules: { readonly log: Logger }): Promise<Server> {
  const server = createServer((socket) => serve(socket, guard, modules.log));
  rmSync(path, { force: true });
  const umask = process.umask(0o177);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      process.umask(umask);
      chmodSync(path, 0o600);
      resolve(server);
    });
  });
}

function serve(socket: Socket, guard: Guard, log: Logger): void {
  const lines = new LineReader();
  const link: AgentLink = {
    send: (message) => void socket.write(encodeLine(message)),
    close: () => void socket.end(),
  };
  socket.on('data', (chunk) => {
    try {
      for (const line of lines.push(chunk)) guard.receive(link, JSON.parse(line) as AgentMessage);
    } catch (error) {
      log.error({ error: messageOf(error) }, 'malformed message from an agent');
      link.send({ type: 'refused', code: 'malformed', message: messageOf(error) });
      socket.end();
    }
  });
  socket.on('error', (error) => log.warn({ error: error.message }, 'connection to the agent failed'));
  socket.on('close', () => guard.disconnected(link));
}
