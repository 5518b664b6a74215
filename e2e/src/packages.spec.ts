import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { SynodClient } from '@synod/client';
import { AppProcess } from './harness/processes.js';
import { freePorts, ROOT, runToEnd } from './index.js';
import type { Finished } from './index.js';
import { SnippetRun, snippetsOf } from './harness/snippets.js';

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };

/** A package that `npx nx package NAME` made. */
function archive(name: 'cli' | 'client'): string {
  const file = join(ROOT, 'dist', 'packages', `synod-${name}-${version}.tgz`);
  if (!existsSync(file)) throw new Error(`${file} is not there: npx nx package ${name}`);
  return file;
}

const CONSUMER = `
import { isFinal, SynodClient, SynodClientError, SynodWorker, typedHandler, type Job, type PayloadSchema } from '@synod/client';

export const client = new SynodClient({ addresses: ['127.0.0.1:7401'], deadlineMs: 1_000 });
export async function use(schema: PayloadSchema<{ readonly id: number }>): Promise<number> {
  const job: Job = await client.wait((await client.submit({ exec: { command: 'true' }, priority: 3 })).jobId);
  for await (const chunk of client.logs(job.jobId)) process.stdout.write(chunk.data);
  await client.queues.set('q', { maxRunning: 1 });
  const submitter = client.submitter({ maxBatchJobs: 10 });
  await submitter.submit({ handler: { handler: 'work', json: { id: 1 } } });
  const worker = new SynodWorker({ handlers: { work: typedHandler(schema, ({ payload, signal }) => [payload.id, signal.aborted]) } });
  await worker.stop({ graceMs: 1 });
  // @ts-expect-error a job has one task
  await client.submit({ priority: 3 });
  // @ts-expect-error what is not in the schema is not in the payload
  typedHandler(schema, ({ payload }) => payload.name);
  return isFinal(job.state) ? (job.attempts.at(-1)?.exitCode ?? 0) : 1;
}
export const isOurs = (error: unknown): boolean => error instanceof SynodClientError && error.code === 'notFound';
`;

/** What a newcomer has: an empty folder, Node, and two archives. */
describe('the npm packages, installed in an empty folder without a registry', () => {
  let directory: string;
  let env: NodeJS.ProcessEnv;
  let dev: AppProcess | undefined;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'synod-packages-'));
    env = { ...process.env, npm_config_offline: 'true', npm_config_cache: join(directory, 'npm-cache') };
    const installed = await command('npm', ['install', '--no-audit', '--no-fund', archive('client'), archive('cli')]);
    expect(installed).toMatchObject({ status: 0 });
  }, 60_000);

  afterAll(async () => {
    await dev?.end('SIGTERM');
    rmSync(directory, { recursive: true, force: true });
  }, 60_000);

  const command = (name: string, args: readonly string[]): Promise<Finished> =>
    runToEnd(name, args, { cwd: directory, env });

  it('bring no other package with them', () => {
    const lock = JSON.parse(readFileSync(join(directory, 'package-lock.json'), 'utf8')) as { packages: object };
    expect(Object.keys(lock.packages).sort()).toEqual(['', 'node_modules/@synod/client', 'node_modules/synod']);
    const client = join(directory, 'node_modules', '@synod', 'client');
    expect(readFileSync(join(client, 'THIRD_PARTY_LICENSES.txt'), 'utf8')).toContain('@grpc/grpc-js');
  });

  it('are imported as ESM and as CommonJS, and both are the same objects', async () => {
    writeFileSync(
      join(directory, 'both.mjs'),
      `import { createRequire } from 'node:module';
      import * as esm from '@synod/client';
      const cjs = createRequire(import.meta.url)('@synod/client');
      const { default: _default, ...names } = esm;
      console.log(Object.keys(names).sort().join() === Object.keys(cjs).sort().join(), esm.SynodClient === cjs.SynodClient);
      try { new esm.SynodClient({ addresses: [] }); } catch (error) { console.log(error instanceof cjs.SynodClientError, error.code, error.name); }`,
    );
    const both = await command(process.execPath, ['both.mjs']);
    expect(both).toMatchObject({ status: 0, stdout: 'true true\ntrue invalidArgument SynodClientError\n' });
  });

  it('have types that hold as ESM and as CommonJS, and name nothing that is not there', async () => {
    const consumers = ['consumer.mts', 'consumer.cts'];
    for (const file of consumers) writeFileSync(join(directory, file), CONSUMER);
    mkdirSync(join(directory, 'node_modules', '@types'), { recursive: true });
    for (const name of ['@types/node', 'undici-types'])
      symlinkSync(join(ROOT, 'node_modules', name), join(directory, 'node_modules', name));
    const strict = [
      '--strict',
      '--exactOptionalPropertyTypes',
      '--noEmit',
      '--skipLibCheck',
      'false',
      '--preserveSymlinks',
    ];
    const target = ['--module', 'nodenext', '--target', 'es2023', '--types', 'node'];
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    const { stdout } = await command(process.execPath, [tsc, ...strict, ...target, ...consumers]);
    // What is wrong in the declarations of Node themselves is not ours.
    const ours = stdout.split('\n').filter((line) => line !== '' && !/^node_modules\/@types\/|^ /.test(line));
    expect(ours).toEqual([]);
  }, 60_000);

  describe('with `synod dev` from the package', () => {
    let run: SnippetRun;
    let address: string;

    beforeAll(async () => {
      const [port = 0] = await freePorts(1);
      const basePort = Math.min(port, 60_000);
      const args = ['dev', '--data', join(directory, '.synod'), '--base-port', String(basePort)];
      const apps = join(directory, 'node_modules', 'synod', 'apps');
      dev = new AppProcess('cli', 'dev', args, join(directory, 'dev.log'), [], apps);
      await dev.line('ready');
      address = [1, 2, 3].map((offset) => `127.0.0.1:${String(basePort + offset)}`).join(',');
      run = new SnippetRun({ directory, env: { ...env, SYNOD_ADDRESS: address } });
      // The README of the client shows a schema of this library; users install it.
      symlinkSync(join(ROOT, 'node_modules', 'zod'), join(directory, 'node_modules', 'zod'));
    }, 60_000);

    afterAll(() => run.close());

    it('the handler of README.md runs in a checkout, as it says there', async () => {
      const page = snippetsOf(readFileSync(join(ROOT, 'README.md'), 'utf8'));
      const example = page.find(({ language, text }) => language === 'ts' && text.includes('SynodWorker'));
      const build = page.find(({ text }) => text.startsWith('npx esbuild hello.ts'));
      // Inside the checkout, where the library is found.
      const place = mkdtempSync(join(ROOT, 'dist', 'readme-'));
      writeFileSync(join(place, 'hello.ts'), example?.text ?? '');
      const bundling = (build?.text ?? '').split('&&')[0] ?? '';
      const readme = new SnippetRun({ directory: place, env: { ...process.env, SYNOD_ADDRESS: address } });
      try {
        writeFileSync(
          join(place, 'page.md'),
          `\`\`\`sh\n${bundling}\n\`\`\`\n\`\`\`sh background\nnode hello.cjs\n\`\`\`\n`,
        );
        await expect(readme.follow(relative(ROOT, join(place, 'page.md')))).resolves.toBe(2);
        const submit = ['synod', 'submit', '--handler', 'greet', '--payload', 'world', '--wait', '--output', 'json'];
        const submitted = await runToEnd('npx', submit, { cwd: directory, env: { ...env, SYNOD_ADDRESS: address } });
        expect(submitted).toMatchObject({ status: 0 });
        const client = new SynodClient({ addresses: address.split(',') });
        const { attempts } = await client.get((JSON.parse(submitted.stdout) as { jobId: string }).jobId);
        client.close();
        expect(Buffer.from(attempts[0]?.result ?? '').toString()).toMatch(/^hello world \(token \d+\)$/);
      } finally {
        await readme.close();
        rmSync(place, { recursive: true });
      }
    }, 60_000);

    it.each([
      ['docs/quick-start.md', 6],
      ['docs/from-bullmq.md', 2],
      ['libs/client/README.md', 5],
    ])(
      '%s can be followed',
      async (page, blocks) => {
        expect(await run.follow(page)).toBeGreaterThanOrEqual(blocks);
      },
      90_000,
    );
  });
});
