import { runCli } from './bootstrap.js';
import { FakeCluster } from './fake-cluster.spec-support.js';
import { FakeIo } from './fake-io.spec-support.js';

/** The command line, run inside the test against a coordinator that has jobs in memory. */
export class CliBench {
  cluster = new FakeCluster();
  io = new FakeIo();

  readonly run = (...argv: string[]): Promise<number> => runCli(argv, this.io);

  async start(): Promise<void> {
    this.cluster = await new FakeCluster().start();
    this.freshIo();
  }

  /** Forgets what was printed; `env` is added to the environment. */
  freshIo(env: Record<string, string> = {}): FakeIo {
    this.io = new FakeIo({ SYNOD_ADDRESS: this.cluster.address, ...env });
    return this.io;
  }

  /** What stdout holds, as JSON. */
  printed(): unknown {
    return JSON.parse(this.io.stdout.text);
  }
}

/** A bench of its own for each test of the file. */
export function useCli(): CliBench {
  // Busy machines take their time; nothing waits for time to pass.
  jest.setTimeout(30_000);
  const bench = new CliBench();
  beforeEach(() => bench.start());
  afterEach(() => bench.cluster.stop());
  return bench;
}
