import { PERFECT_LINK } from '@synod/testkit';
import type { RunReport, SyncWorld } from '../world.js';
import { FAULT_DESCRIPTIONS, INJECTED_KINDS, NOISE_KINDS } from './faults/kinds.js';
import { MUST_REACH } from './must-reach.js';
import { planRun } from './plan.js';
import type { RunPlan } from './plan.js';
import { Run } from './run.js';
import type { RunModules } from './run.js';

/** The consensus core alone: replicas, hosts, disks and clients of a small store, under every fault that the core must stand. */
export function consensusWorld(modules: RunModules = {}): SyncWorld<RunPlan> {
  return {
    name: 'consensus',
    faultKinds: [...INJECTED_KINDS, ...NOISE_KINDS],
    faultDescriptions: FAULT_DESCRIPTIONS,
    mustReach: MUST_REACH,
    plan: planRun,
    keepFaults,
    simpler,
    simulate: (plan): RunReport => new Run(plan, modules).execute(),
  };
}

function keepFaults(plan: RunPlan, kinds: readonly string[]): RunPlan {
  const { link } = plan;
  const kept = (kind: (typeof NOISE_KINDS)[number], rate: number): number => (kinds.includes(kind) ? rate : 0);
  return {
    ...plan,
    injections: plan.injections.filter(({ kind }) => kinds.includes(kind)),
    link: {
      ...link,
      dropRate: kept('loss', link.dropRate),
      duplicateRate: kept('duplication', link.duplicateRate),
      reorderRate: kept('reordering', link.reorderRate),
      replayRate: kept('replay', link.replayRate),
    },
    nodes: kinds.includes('clockRate')
      ? plan.nodes
      : plan.nodes.map((node) => ({ ...node, clock: { ...node.clock, rate: 1 } })),
  };
}

function simpler(plan: RunPlan): RunPlan[] {
  const plans: RunPlan[] = [];
  const { link, nodes, image } = plan;
  if (link !== PERFECT_LINK) plans.push({ ...plan, link: PERFECT_LINK });
  for (const rate of ['dropRate', 'duplicateRate', 'reorderRate', 'replayRate'] as const) {
    if (link[rate] > 0) plans.push({ ...plan, link: { ...link, [rate]: 0 } });
  }
  if (nodes.some(({ clock }) => clock.rate !== 1 || clock.wallOffsetMs !== 0)) {
    plans.push({ ...plan, nodes: nodes.map((node) => ({ ...node, clock: { rate: 1, wallOffsetMs: 0 } })) });
  }
  if (plan.learners > 0) plans.push({ ...plan, learners: 0, nodes: nodes.slice(0, plan.size) });
  if (image.trimKeepSlots !== undefined) plans.push({ ...plan, image: { ...image, trimKeepSlots: undefined } });
  if (image.intervalMs !== undefined) plans.push({ ...plan, image: { ...image, intervalMs: undefined } });
  if (plan.readRate > 0) plans.push({ ...plan, readRate: 0 });
  if (plan.maxBurst > 1) plans.push({ ...plan, maxBurst: 1 });
  if (plan.keys > 1) plans.push({ ...plan, keys: 1 });
  return plans;
}
