import { attemptRefToWire, attemptReportToWire, fencingTokenFromString } from '@synod/contracts';
import type { AttemptReport } from '@synod/jobs';
import { rpcError } from '@synod/rpc';
import type { WireSessionRequestInput, WireSessionResponse } from '@synod/wire';
import { endReport } from '@synod/worker-agent';
import type { AttemptFiles, FinalReport } from '@synod/worker-agent';
import { ClientCall, unaryCall } from './calls.js';
import type { Caller } from './calls.js';
import { METHODS } from './methods.js';

const REPORT_DEADLINE_MS = 60_000;
const CALL_DEADLINE_MS = 5_000;
const FIRST_SEQUENCE = 2 ** 50;
const RETRY_MS = 150;

/** The guard's last word, as `worker-agent/src/guard/final-report.ts` says it, over simulated connections. True when it was taken. */
export async function reportGuardEnded(
  caller: Caller,
  report: FinalReport,
  signal: AbortSignal,
  files: AttemptFiles,
): Promise<boolean> {
  const { process } = caller;
  const { workerId, incarnation, ended, results, target } = report;
  const untilMs = process.clock.monotonicMs() + REPORT_DEADLINE_MS;
  const refs = ended.map(({ jobId, attempt, fencingToken }) => ({ jobId, attempt, fencingToken }));
  const reports = results.flatMap(({ key, jobId, attempt, fencingToken, ending }) => {
    const ref = { jobId, attempt, fencingToken: fencingTokenFromString(fencingToken) };
    return ending === null ? [] : [endReport(ref, ending, files.tails(key))];
  });
  for (let tries = 0; !signal.aborted && process.clock.monotonicMs() < untilMs; tries += 1) {
    const address = target.addresses[tries % target.addresses.length] ?? '';
    try {
      if (reports.length > 0) await deliver(caller, address, report, reports);
      const request = { workerId, incarnation, ended: refs };
      await unaryCall(caller, address, 'guardEnded', METHODS.guardEnded, request, CALL_DEADLINE_MS);
      return true;
    } catch {
      await new Promise<void>((resolve) => process.after(RETRY_MS, () => resolve()));
    }
  }
  return false;
}

/** A session in the agent's place, for the results that nobody was told of. */
function deliver(
  caller: Caller,
  address: string,
  { workerId, incarnation, target, ended }: FinalReport,
  reports: readonly AttemptReport[],
): Promise<void> {
  const call = new ClientCall<WireSessionRequestInput, WireSessionResponse>(
    caller,
    address,
    'session',
    METHODS.session,
  );
  return new Promise<void>((resolve, reject) => {
    const cancel = caller.process.after(CALL_DEADLINE_MS, () => {
      reject(rpcError('DEADLINE_EXCEEDED', '', 'no answer in time'));
    });
    const settle = (): void => {
      cancel();
      resolve();
    };
    call.on('data', (message: WireSessionResponse) => {
      if (message.welcome) {
        call.write({ reports: { sequence: String(FIRST_SEQUENCE), reports: reports.map(attemptReportToWire) } });
      }
      if (message.reportsAcknowledged) settle();
    });
    call.on('error', (error: Error) => {
      cancel();
      reject(error);
    });
    call.on('end', () => {
      cancel();
      reject(rpcError('UNAVAILABLE', 'SESSION_ENDED', 'the session ended'));
    });
    const held = [
      ...reports.map((it) => attemptRefToWire(it)),
      ...ended.map(({ jobId, attempt, fencingToken }) => ({ jobId, attempt, fencingToken })),
    ];
    call.write({ hello: { workerId, incarnation, ...target.worker, runsExec: false, handlers: [], held } });
  }).finally(() => call.cancel());
}
