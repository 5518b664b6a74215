import { rpcSecurity } from '@synod/config';
import { MAX_FEATURE_LEVEL } from '@synod/jobs';
import { createLogger, systemClock, systemTimers } from '@synod/observability';
import type { RunningApp } from '@synod/observability';
import {
  checkAddresses,
  checkAdvertised,
  checkStore,
  COORDINATOR_OPTIONS,
  initialMembers,
  keptLogs,
  trimOptions,
} from './options.js';
import { VERSION } from './version.js';
import { endProcess } from './death.js';
import { Coordinator } from './wiring/coordinator.js';
import { openDurable } from './wiring/durable.js';

/** Starts a coordinator; resolves when it listens. A leader is elected behind that. */
export async function bootstrap(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<RunningApp> {
  const options = COORDINATOR_OPTIONS.parse([...argv], env);
  const members = initialMembers(options.initialMembers, options.id);
  const address = options.advertise ?? options.listen;
  checkAdvertised(members ?? [], address);
  checkStore(options);
  const security = rpcSecurity(options);
  checkAddresses(options, security);
  const logger = createLogger({ name: 'coordinator', level: options.logLevel, fields: { node: options.id } });
  const time = { clock: systemClock, timers: systemTimers, logger };
  const { id, data: directory, clusterName } = options;
  const durable = await openDurable(
    {
      ...{ directory, id, address, clusterName, initialMembers: members, keptLogs: keptLogs(options) },
      history: { maxRecords: options.historyJobs, keptForMs: options.historyFor },
    },
    time,
  );
  const coordinator = new Coordinator({
    ...time,
    ...{ durable, security, consul: options, address, directory, version: VERSION },
    trim: trimOptions(options),
    featureLevel: Math.min(options.featureLevelMax, MAX_FEATURE_LEVEL),
    die: (reason, cause) => {
      endProcess(options.id, reason, cause);
    },
  });
  try {
    const bound = await coordinator.start(options.listen);
    return { id, address: bound, stop: () => coordinator.stop() };
  } catch (error) {
    await coordinator.stop();
    throw error;
  }
}
