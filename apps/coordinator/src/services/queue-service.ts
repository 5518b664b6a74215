import {
  pauseQueueFromWire,
  queueNameFromWire,
  queueToWire,
  redriveQueueFromWire,
  RequestRefusedError,
  resetQueueFromWire,
  resumeQueueFromWire,
  setQueueFromWire,
} from '@synod/contracts';
import type { Command } from '@synod/jobs';
import { unary } from '@synod/rpc';
import type { CallContext, Handlers } from '@synod/rpc';
import type { services } from '@synod/wire';
import { expectReply, patienceMs } from './service-context.js';
import type { ServiceContext } from './service-context.js';

/** QueueService as clients see it. */
export function queueServiceHandlers(modules: ServiceContext): Handlers<(typeof services)['QueueService']> {
  const { view, reads, propose } = modules;
  const change = async (command: Command, call: CallContext) => {
    const reply = await propose(command, { sheddable: false, timeoutMs: patienceMs(call.remainingMs) });
    return { revision: expectReply(reply, 'queueChanged').revision };
  };
  return {
    listQueues: unary(async (_, call) => {
      await reads.pass(patienceMs(call.remainingMs));
      return { queues: view.queues().map(queueToWire) };
    }),
    getQueue: unary(async (request, call) => {
      const queue = queueNameFromWire(request);
      await reads.pass(patienceMs(call.remainingMs));
      const record = view.queue(queue);
      if (record === undefined) throw new RequestRefusedError({ code: 'queueUnknown', queue });
      return { queue: queueToWire(record) };
    }),
    setQueue: unary((request, call) => change(setQueueFromWire(request), call)),
    pauseQueue: unary((request, call) => change(pauseQueueFromWire(request), call)),
    resumeQueue: unary((request, call) => change(resumeQueueFromWire(request), call)),
    resetQueue: unary(async (request, call) => {
      await change(resetQueueFromWire(request), call);
      return {};
    }),
    redriveQueue: unary(async (request, call) => {
      const options = { sheddable: false, timeoutMs: patienceMs(call.remainingMs) };
      const { redriven, more } = expectReply(await propose(redriveQueueFromWire(request), options), 'queueRedriven');
      return { redriven, more };
    }),
  };
}
