import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalCluster } from './cluster.js';
import { until } from './until.js';

const EXAMPLES = join(__dirname, '..', '..', '..', 'examples');

export interface ShownAttempt {
  readonly workerId: string;
  readonly state: string;
  readonly exitCode?: number;
  readonly signal: string;
  readonly assignedAtMs: number;
  readonly finishedAtMs: number;
  readonly result: string;
  readonly stdoutTail: string;
  readonly stderrTail: string;
}

export interface ShownJob {
  readonly jobId: string;
  readonly state: string;
  readonly revision: number;
  readonly submittedAtMs: number;
  readonly attempts: readonly ShownAttempt[];
}

/** The job files of `examples/` on a cluster, with $OUT as a directory of this test and $URL as a server of it. */
export class Examples {
  readonly out: string;

  private constructor(
    private readonly cluster: LocalCluster,
    private readonly url: string,
  ) {
    this.out = join(cluster.directory, 'out');
    mkdirSync(this.out);
  }

  /** Resolves when the cluster has the feature level that the files need: it begins when all members are heard. */
  static async on(cluster: LocalCluster, url = ''): Promise<Examples> {
    await until('level 3 has begun', async () => {
      const { status } = await cluster.cli(['queue', 'set', 'probe', '--max-running', '1']);
      return status === 0 ? true : undefined;
    });
    return new Examples(cluster, url);
  }

  /** The example as a file of this test. */
  file(name: string): string {
    const path = join(this.cluster.directory, name);
    const text = readFileSync(join(EXAMPLES, name), 'utf8');
    writeFileSync(path, text.replaceAll('$OUT', this.out).replaceAll('$URL', this.url));
    return path;
  }

  /** Submits an example, and returns the ids. */
  async submit(name: string): Promise<readonly string[]> {
    const submitted = await this.cluster.cli(['submit', this.file(name), '--output', 'json']);
    if (submitted.status !== 0) throw new Error(`${name} was refused: ${submitted.stderr}`);
    return (JSON.parse(submitted.stdout) as { jobIds: string[] }).jobIds;
  }

  /** What jobs have written to a file of $OUT. */
  lines(name: string): readonly string[] {
    const path = join(this.out, name);
    return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
  }

  async show(jobId: string | undefined): Promise<ShownJob> {
    const { stdout } = await this.cluster.cli(['job', 'show', jobId ?? '', '--output', 'json']);
    return JSON.parse(stdout) as ShownJob;
  }

  /** Final states, once all have ended. */
  ended(jobIds: readonly (string | undefined)[]): Promise<string[]> {
    const wait = async (jobId = ''): Promise<string> =>
      (await this.cluster.client.wait(jobId, { timeoutMs: 30_000 })).state;
    return Promise.all(jobIds.map(wait));
  }
}
