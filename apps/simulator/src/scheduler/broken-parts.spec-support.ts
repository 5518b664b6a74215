import type { CommandEnvelope } from '@synod/jobs';
import { Guard } from '@synod/worker-agent';
import type { CoordinatorParts } from './coordinator.js';
import type { SchedulerModules } from './run.js';

/** Coordinators whose state machine is given other commands than the log holds. */
function altered(alter: (envelope: CommandEnvelope, parts: CoordinatorParts) => CommandEnvelope): SchedulerModules {
  return {
    alterCoordinator: (parts) => {
      const { state } = parts.replication;
      const patch = (): void => {
        const machine = state.current;
        const apply = machine.apply.bind(machine);
        machine.apply = (slot, envelopes) =>
          apply(
            slot,
            envelopes.map((envelope) => alter(envelope, parts)),
          );
      };
      patch();
      state.onReplaced(patch);
    },
  };
}

/** Each passes every run without faults, or nearly. */
export const BROKEN_PARTS: Readonly<Record<string, SchedulerModules>> = {
  'a guard that lets no lease lapse': {
    createGuard: (options, modules) => {
      const guard = new Guard(options, modules);
      const receive = guard.receive.bind(guard);
      guard.receive = (link, message) => {
        receive(link, message.type === 'start' ? { ...message, order: { ...message.order, leaseMs: 0 } } : message);
      };
      return guard;
    },
  },
  'a leader that acknowledges heartbeats without a quorum (P8)': {
    alterCoordinator: ({ replication, agents }) => {
      const { heartbeats } = agents;
      const received = heartbeats.received.bind(heartbeats);
      heartbeats.received = (mark, acknowledge) => {
        const { current } = replication.board;
        received(mark, acknowledge);
        if (current?.serving === true) acknowledge(mark, current.ballot);
      };
    },
  },
  'a leader that counts workers as lost after half the time': {
    alterCoordinator: ({ agents: { liveness } }) => {
      const silentForMs = liveness.silentForMs.bind(liveness);
      liveness.silentForMs = (workerId) => 2 * silentForMs(workerId);
    },
  },
  'reports that count whatever their token': altered((envelope, { replication }) => {
    const { body } = envelope;
    if (body.type !== 'reportAttempts' || body.reports.length > 1) return envelope;
    const [report] = body.reports;
    if (report === undefined) return envelope;
    const last = replication.state.current.job(report.jobId)?.attempts.at(-1);
    if (last === undefined) return envelope;
    const { attempt, fencingToken, workerId } = last;
    return { ...envelope, body: { ...body, workerId, reports: [{ ...report, attempt, fencingToken }] } };
  }),
  'a state machine that forgets idempotency keys': altered((envelope) => {
    const { body } = envelope;
    return body.type === 'submitJobs' ? { ...envelope, body: { ...body, idempotencyKey: '' } } : envelope;
  }),
  'reads that ask no quorum (P7)': {
    alterCoordinator: ({ replication: { reads } }) => {
      reads.pass = () => Promise.resolve();
    },
  },
  'atMostOnce that is run again': altered((envelope) => {
    const { body } = envelope;
    if (body.type !== 'submitJobs') return envelope;
    const specs = body.specs.map((spec) => ({ ...spec, mode: 'oneLiveHolder' as const }));
    return { ...envelope, body: { ...body, specs } };
  }),
  'a leader that passes over a nominal time': altered((envelope) => {
    const { body } = envelope;
    if (body.type !== 'fireSchedules') return envelope;
    // A proposal without any is refused, and made again when the next one is due as well.
    const due = body.due.map((it) => ({ ...it, nominalMs: it.nominalMs.filter((at) => at % 7_000 >= 1_000) }));
    return { ...envelope, body: { ...body, due } };
  }),
  'firings that overlap': altered((envelope) => {
    const { body } = envelope;
    if (body.type !== 'setSchedule') return envelope;
    return { ...envelope, body: { ...body, spec: { ...body.spec, overlap: 'allowAll' as const } } };
  }),
  'a replica that passes over a cancellation': altered((envelope, { nodeId }) => {
    const { body } = envelope;
    return nodeId === 'c2' && body.type === 'cancelJob'
      ? { ...envelope, body: { ...body, reason: `${body.reason}!` } }
      : envelope;
  }),
};
