import type { Command, JobSpec, QueueSettings, RateLimit } from '@synod/jobs';
import { MAX_FEATURE_LEVEL, NO_QUEUE_SETTINGS } from '@synod/jobs';
import { Planner } from '../planner.js';
import { Cluster } from '../planner.spec-support.js';
import { explainJob } from './explain.js';
import type { Explanation } from './explain.js';
import type { Hindrance } from './hindrance.js';

/** A cluster at the level of time and queues, with one worker of two attempts at a time. */
export class Scene extends Cluster {
  /** What the leader has not heard from lately. */
  readonly silent = new Set<string>();
  private started = 0;

  constructor(withWorker = true) {
    super();
    this.command({ type: 'setFeatureLevel', level: MAX_FEATURE_LEVEL });
    if (withWorker) this.open('w1', { capacity: 2 });
  }

  readonly isHeard = (workerId: string): boolean => !this.silent.has(workerId);

  setQueue(changes: Partial<QueueSettings>, queue = 'default'): void {
    const settings = { ...(this.machine.queue(queue)?.settings ?? NO_QUEUE_SETTINGS), ...changes };
    this.expectDone({ type: 'setQueue', queue, settings, ifRevision: undefined });
  }

  submitOne(changes: Partial<JobSpec> = {}): string {
    return this.submit(1, changes)[0] ?? '';
  }

  /** Plans and assigns until nothing more starts. */
  settle(): void {
    const planner = new Planner();
    for (;;) {
      const plan = planner.plan(this.machine, this.isHeard, 100);
      if (plan.length === 0) return;
      this.assign(plan);
      planner.settled(plan);
    }
  }

  explain(jobId: string): Explanation | undefined {
    return explainJob(this.machine, jobId, this.isHeard);
  }

  codes(jobId: string): readonly string[] {
    return this.explain(jobId)?.hindrances.map(({ code }) => code) ?? ['unknown'];
  }

  state(jobId: string): string | undefined {
    return this.machine.job(jobId)?.state;
  }

  /** Does what the remedy says, word for word; throws where it says nothing that can be done here. */
  apply({ remedy }: Hindrance): void {
    const command = /synod (?<command>.+)$/.exec(remedy)?.groups?.['command'];
    if (remedy.startsWith('look at the hosts')) return this.silent.clear();
    if (/start (a|another) worker/.test(remedy) && command?.startsWith('worker undrain') !== true) {
      return this.startWorker(remedy);
    }
    if (command === undefined) throw new Error(`nothing to do in: ${remedy}`);
    this.run(command.split(' '));
  }

  private run([noun, verb, name = '', flag = '', value = '']: readonly string[]): void {
    switch (`${noun} ${verb} ${flag}`.trim()) {
      case 'job retry':
        return this.expectDone({ type: 'retryJob', jobId: name, ifRevision: undefined });
      case 'job change --priority':
        return this.expectDone({
          ...{ type: 'changeJob', jobId: name, ifRevision: undefined, priority: Number(value) },
          queue: undefined,
        });
      case 'queue resume':
        return this.expectDone({ type: 'pauseQueue', queue: name, paused: false, reason: '' });
      case 'queue set --max-running':
        return this.setQueue({ maxRunning: Number(value) }, name);
      case 'queue set --max-running-per-key':
        return this.setQueue({ maxRunningPerKey: Number(value) }, name);
      case 'queue set --rate':
        return this.setQueue({ rate: rateOf(value) }, name);
      case 'worker undrain':
        return this.schedule(name, 'active');
      default:
        throw new Error(`no such command: ${[noun, verb, name, flag, value].join(' ')}`);
    }
  }

  private startWorker(remedy: string): void {
    const labels = /--labels (?<pairs>\S+?)(?=[,;]? |;|$)/.exec(remedy)?.groups?.['pairs'] ?? '';
    const handler = /registers the handler (?<name>\S+)/.exec(remedy)?.groups?.['name'];
    const flags = labels === '' ? [] : labels.split(',').map((pair) => pair.split('=') as [string, string]);
    this.started += 1;
    this.open(`started-${this.started}`, {
      ...{ capacity: 1, labels: Object.fromEntries(flags) },
      ...(handler === undefined ? { runsHttp: true } : { runsExec: false, handlers: [handler] }),
    });
  }

  private expectDone(command: Command): void {
    const reply = this.command(command);
    if (reply.type === 'refused') throw new Error(`${command.type}: ${JSON.stringify(reply.refusal)}`);
  }
}

/** As the command line reads `--rate`. */
function rateOf(text: string): RateLimit {
  const found = /^(?<tokens>\d+)\/(?<perMs>\d+)ms\/(?<burst>\d+)$/.exec(text)?.groups ?? {};
  return { tokens: Number(found['tokens']), perMs: Number(found['perMs']), burst: Number(found['burst']) };
}
