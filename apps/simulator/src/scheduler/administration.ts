import {
  cancelJobFromWire,
  changeJobFromWire,
  pauseQueueFromWire,
  redriveQueueFromWire,
  resumeQueueFromWire,
  retryJobFromWire,
  setQueueFromWire,
} from '@synod/contracts';
import type { Command, CommandReply } from '@synod/jobs';
import { expectNotRefused, unary } from './answers.js';
import { METHODS } from './methods.js';
import { answerSchedules } from './schedules.js';
import type { CallEnd } from './streams.js';

/** Calls that change what there is, as the services of a coordinator answer them; false for any other. */
export function administer(
  method: string,
  end: CallEnd,
  propose: (command: Command) => Promise<CommandReply>,
): boolean {
  const change = async (command: Command): Promise<CommandReply> => expectNotRefused(await propose(command));
  const revisionOf = async (command: Command): Promise<{ revision: number }> => {
    const reply = await change(command);
    return { revision: reply.type === 'queueChanged' || reply.type === 'jobChanged' ? reply.revision : 0 };
  };
  switch (method) {
    case 'cancel':
      unary(end, METHODS.cancel, async (request) => {
        const reply = await change(cancelJobFromWire(request));
        return { alreadyFinal: reply.type === 'jobCancelled' && reply.alreadyFinal };
      });
      return true;
    case 'retryJob':
      unary(end, METHODS.retryJob, (request) => revisionOf(retryJobFromWire(request)));
      return true;
    case 'changeJob':
      unary(end, METHODS.changeJob, (request) => revisionOf(changeJobFromWire(request)));
      return true;
    case 'setQueue':
      unary(end, METHODS.setQueue, (request) => revisionOf(setQueueFromWire(request)));
      return true;
    case 'pauseQueue':
      unary(end, METHODS.pauseQueue, (request) => revisionOf(pauseQueueFromWire(request)));
      return true;
    case 'resumeQueue':
      unary(end, METHODS.resumeQueue, (request) => revisionOf(resumeQueueFromWire(request)));
      return true;
    case 'redriveQueue':
      unary(end, METHODS.redriveQueue, async (request) => {
        const reply = await change(redriveQueueFromWire(request));
        return reply.type === 'queueRedriven' ? { redriven: reply.redriven, more: reply.more } : {};
      });
      return true;
    case 'setSchedule':
    case 'deleteSchedule':
    case 'pauseSchedule':
    case 'resumeSchedule':
    case 'triggerSchedule':
      answerSchedules(method, end, propose);
      return true;
    default:
      return false;
  }
}
