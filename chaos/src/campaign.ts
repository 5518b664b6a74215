import { mountMissing, namespacesMissing, straceMissing } from '@synod/e2e';
import { SeededRandom } from '@synod/testkit';
import { runEpisode } from './episode.js';
import type { EpisodeReport } from './episode.js';
import { FAULT_KINDS } from './faults.js';
import type { FaultKind, Requirement } from './faults.js';

export interface CampaignOptions {
  readonly minutes: number;
  readonly seed: number;
}

export interface Episode {
  readonly seed: number;
  readonly network: 'namespaces' | 'proxies';
  readonly report: EpisodeReport;
}

export interface Campaign {
  readonly episodes: readonly Episode[];
  /** Kinds of fault that can't be had here, with the reason. */
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

/** An episode takes about a minute with so many. */
const FAULTS_OF_EPISODE = 8;
const MINUTE_MS = 60_000;

/** Episodes until the time is over, one at least. One seed picks networks, faults and their order; times are those of real processes. */
export async function runCampaign(options: CampaignOptions, log: (text: string) => void): Promise<Campaign> {
  const endsAtMs = performance.now() + options.minutes * MINUTE_MS;
  const random = new SeededRandom(options.seed);
  const missing = new Map<Requirement, string>();
  const note = (requirement: Requirement, reason: string | undefined): void => {
    if (reason !== undefined) missing.set(requirement, reason);
  };
  const noNamespaces = namespacesMissing();
  note('strace', straceMissing());
  note('smallDisk', mountMissing());
  const skipped = FAULT_KINDS.flatMap(({ name, requires }) => {
    const reason = requires.map((requirement) => missing.get(requirement)).find((it) => it !== undefined);
    return reason === undefined ? [] : [{ name, reason }];
  });
  // Partitions go through proxies there; the packets of a real network are missed all the same.
  if (noNamespaces !== undefined) skipped.push({ name: 'partitions in network namespaces', reason: noNamespaces });
  for (const { name, reason } of skipped) log(`skipped  ${name}: ${reason}`);
  const available = FAULT_KINDS.filter(({ requires }) => !requires.some((requirement) => missing.has(requirement)));

  const decks = { namespaces: new Deck(random.fork()), proxies: new Deck(random.fork()) };
  const episodes: Episode[] = [];
  do {
    const seed = random.nextUint32();
    const network = noNamespaces === undefined && episodes.length % 2 === 0 ? 'namespaces' : 'proxies';
    const smallDisk = !missing.has('smallDisk');
    const fitting = available.filter(({ requires }) => network === 'proxies' || !requires.includes('proxies'));
    const faults = decks[network].deal(fitting, FAULTS_OF_EPISODE);
    log(`episode ${String(episodes.length + 1)}, ${network}, seed ${String(seed)}`);
    const report = await runEpisode({ seed, network, smallDisk, faults }, (text) => {
      log(`  ${text}`);
    });
    log(`  ${String(report.acknowledged)} acknowledged, ${String(report.lost)} lost, ${String(report.reads)} reads`);
    for (const violation of report.violations) log(`  VIOLATION  ${violation}`);
    episodes.push({ seed, network, report });
  } while (performance.now() < endsAtMs);
  return { episodes, skipped };
}

/** Deals every kind once before any kind twice. */
class Deck {
  private cards: FaultKind[] = [];

  constructor(private readonly random: SeededRandom) {}

  deal(kinds: readonly FaultKind[], count: number): FaultKind[] {
    const dealt: FaultKind[] = [];
    while (dealt.length < count) {
      if (this.cards.length === 0) this.cards = this.random.shuffle(kinds);
      const card = this.cards.pop();
      if (card !== undefined) dealt.push(card);
    }
    return dealt;
  }
}
