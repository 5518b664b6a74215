import { loadWire } from '@synod/wire';
import { clusterStatusFromWire, workerFromWire } from './convert/cluster.js';
import { eventFromWire, explanationFromWire, jobFromWire } from './convert/job.js';
import { scheduleFromWire } from './convert/schedule.js';
import { isFinal } from './types.js';

const { messages } = loadWire();

/** A field that no version has yet: number 500, with a text. */
const UNKNOWN_FIELD = Buffer.from([0xa2, 0x1f, 3, 0x6e, 0x65, 0x77]);
/** A value that no enum has yet, at a field of numbers up to 15. */
const unknownValueAt = (field: number): Buffer => Buffer.from([field << 3, 99]);
/** A message inside another, at a field of numbers up to 15. */
const inside = (field: number, bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from([(field << 3) | 2, bytes.length]), bytes]);

const spec = messages.JobSpec.serialize({ handler: { handler: 'h' } });
const newJob = (...more: readonly Buffer[]) =>
  messages.Job.deserialize(
    Buffer.concat([
      messages.Job.serialize({ jobId: 'j1', submittedAtMs: '5' }),
      inside(2, Buffer.concat([spec, UNKNOWN_FIELD])),
      ...more,
    ]),
  );

describe('what a newer cluster says and this library does not know', () => {
  it('fields are ignored, at every depth', () => {
    const known = jobFromWire(newJob());
    expect(jobFromWire(newJob(UNKNOWN_FIELD))).toEqual(known);
    expect(known).toMatchObject({ jobId: 'j1', spec: { handler: { handler: 'h' } }, submittedAtMs: 5 });
  });

  it('a state of a job is `unknown`, and not final: waits go on', () => {
    const { state } = jobFromWire(newJob(unknownValueAt(3)));
    expect(state).toBe('unknown');
    expect(isFinal(state)).toBe(false);
  });

  it('a reason to wait is left out, a state of an attempt is `unknown`', () => {
    const attempt = Buffer.concat([messages.Attempt.serialize({ attempt: 1, assignedAtMs: '5' }), unknownValueAt(5)]);
    const job = jobFromWire(newJob(unknownValueAt(14), inside(11, attempt)));
    expect(job.waitReason).toBeUndefined();
    expect(job.attempts).toMatchObject([{ attempt: 1, state: 'unknown' }]);
  });

  it('policies and modes of a job are left out, a kind of task is shown as a command without a name', () => {
    const bare = Buffer.concat([unknownValueAt(6), unknownValueAt(8), UNKNOWN_FIELD]);
    const job = messages.Job.deserialize(
      Buffer.concat([messages.Job.serialize({ submittedAtMs: '5' }), inside(2, bare)]),
    );
    expect(jobFromWire(job).spec).toEqual({ queue: '', exec: { command: '', args: [] } });
  });

  it('events of new types come through as they are, with states that are `unknown`', () => {
    const event = Buffer.concat([
      messages.Event.serialize({ type: 'jobMelted', cursor: 'c', timeMs: '5' }),
      unknownValueAt(8),
      UNKNOWN_FIELD,
    ]);
    expect(eventFromWire(messages.Event.deserialize(event))).toMatchObject({ type: 'jobMelted', jobState: 'unknown' });
  });

  it('hindrances of new kinds keep their words', () => {
    const said = messages.ExplainJobResponse.serialize({
      summary: 'a new reason',
      hindrances: [{ code: 'moonPhase', message: 'wrong moon', remedy: 'wait' }],
    });
    const explained = explanationFromWire(
      messages.ExplainJobResponse.deserialize(Buffer.concat([said, UNKNOWN_FIELD])),
    );
    expect(explained.hindrances).toEqual([
      { code: 'moonPhase', message: 'wrong moon', remedy: 'wait', untilMs: undefined },
    ]);
  });

  it('states of workers and roles of members', () => {
    const worker = Buffer.concat([messages.Worker.serialize({ workerId: 'w1', registeredAtMs: '5' }), UNKNOWN_FIELD]);
    expect(workerFromWire(messages.Worker.deserialize(worker))).toMatchObject({ workerId: 'w1', state: 'unknown' });
    const status = messages.GetClusterStatusResponse.serialize({ leaderId: 'c1', members: [{ id: 'c1' }] });
    const read = clusterStatusFromWire(
      messages.GetClusterStatusResponse.deserialize(Buffer.concat([status, UNKNOWN_FIELD])),
    );
    expect(read).toMatchObject({ leaderId: 'c1', members: [{ id: 'c1' }] });
  });

  it('policies of a schedule fall back to what they are by default', () => {
    const bytes = messages.Schedule.serialize({
      scheduleId: 's',
      spec: { timing: { cron: { expression: '* * * * *' } }, job: { handler: { handler: 'h' } } },
    });
    expect(scheduleFromWire(messages.Schedule.deserialize(Buffer.concat([bytes, UNKNOWN_FIELD])))).toMatchObject({
      scheduleId: 's',
      spec: { timing: { cron: '* * * * *' } },
    });
  });
});
