import { SynodWorker } from '@synod/client';

/** A process of its own that serves a handler which does nothing: `node handlers.cjs ADDRESSES CAPACITY`. */
async function main(): Promise<void> {
  const [addresses = '', capacity = '1000'] = process.argv.slice(2);
  const worker = new SynodWorker({
    addresses: addresses.split(','),
    workerId: 'bench-handlers',
    capacity: Number(capacity),
    handlers: { noop: () => Promise.resolve(undefined) },
  });
  await worker.start();
  process.stdout.write('ready\n');
  process.once('SIGTERM', () => void worker.stop().then(() => process.exit(0)));
}

void main();
