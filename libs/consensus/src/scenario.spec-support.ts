import { formatBallot } from './ballot.js';
import { ballot, CLUSTER_ID, commands, NO_IMAGE, TestCluster, TestNode, text } from './cluster.spec-support.js';
import type { Effect } from './io.js';
import type { MessageBody } from './messages.js';
import { DEFAULT_REPLICA_OPTIONS } from './options.js';
import type { ReplicaOptions } from './options.js';
import { createReplica } from './replica.js';

export interface Scenario {
  readonly commands: readonly { readonly line: string; readonly expected: string }[];
  /** The file as it would be written with what was found in place of what was expected. */
  render(found: readonly string[]): string;
}

/** A scenario file: comments and commands, each command followed by `----` and what it prints, up to an empty line. */
export function parseScenario(source: string): Scenario {
  const blocks = source.trimEnd().split(/\n\n+/);
  const parsed = blocks.map((block) => {
    const lines = block.split('\n');
    const comments = lines.filter((line) => line.startsWith('#'));
    const rest = lines.filter((line) => !line.startsWith('#'));
    const separator = rest.indexOf('----');
    const line = rest[0] ?? '';
    return { comments, line, expected: separator < 0 ? '' : rest.slice(separator + 1).join('\n') };
  });
  const runnable = parsed.filter(({ line }) => line !== '');
  return {
    commands: runnable,
    render: (found) => {
      const left = [...found];
      const rendered = parsed.map(({ comments, line }) => {
        const output = line === '' ? undefined : (left.shift() ?? '');
        const body = output === undefined ? [] : output === '' ? [line, '----'] : [line, '----', output];
        return [...comments, ...body].join('\n');
      });
      return `${rendered.join('\n\n')}\n`;
    },
  };
}

/** Runs the commands of a scenario file on a cluster in memory; what happens is printed. */
export class ScenarioRunner {
  private cluster = new TestCluster();
  private output: string[] = [];
  private quiet = new Set<string>(['poll', 'pollReply']);

  run(line: string): string {
    this.output = [];
    const [name = '', ...rest] = line.trim().split(/\s+/);
    const named = new Map(
      rest.filter((word) => word.includes('=')).map((word) => word.split('=', 2) as [string, string]),
    );
    const words = rest.filter((word) => !word.includes('='));
    this.perform(name, words, named);
    return this.output.join('\n');
  }

  private perform(name: string, words: readonly string[], named: ReadonlyMap<string, string>): void {
    const { cluster } = this;
    const [first = '', second = ''] = words;
    switch (name) {
      case 'cluster':
        return this.create(named);
      case 'show':
        this.quiet = new Set(['poll', 'pollReply'].filter((type) => !words.includes(type)));
        return;
      case 'start':
        return this.start();
      case 'run':
        return cluster.run(Number(first));
      case 'settle':
        return cluster.settle();
      case 'tick':
        cluster.nowMs += Number(second === '' ? 0 : second);
        return cluster.tickOne(first);
      case 'propose':
        cluster.propose(first, ...words.slice(1));
        return;
      case 'read':
        cluster.read(first);
        return;
      case 'flush':
        cluster.flush(first, true);
        return;
      case 'hold':
        cluster.node(first).holdFlushes = true;
        return;
      case 'release':
        cluster.node(first).holdFlushes = false;
        return;
      case 'deliver':
        return this.deliver(words, named);
      case 'lose':
        cluster.messages = cluster.messages.filter(
          (message) => !matches(message.header.from, message.header.to, message.body, named),
        );
        return;
      case 'pending':
        for (const { header, body } of cluster.messages) this.print(`${header.from}>${header.to} ${describe(body)}`);
        return;
      case 'fail':
        return this.failFlush(first);
      case 'unhealthy':
        cluster.node(first).healthy = false;
        return;
      case 'accept':
        return this.injectAccept(first, second, named);
      case 'damage':
        cluster.node(first).disk.unknownSlots.add(Number(second));
        return;
      default:
        return this.performOnDisks(name, words);
    }
  }

  private performOnDisks(name: string, words: readonly string[]): void {
    const { cluster } = this;
    const [first = '', second = ''] = words;
    switch (name) {
      case 'image':
        return cluster.flushImage(first, second === '' ? undefined : Number(second));
      case 'trim':
        return cluster.trim(first, Number(second));
      case 'hold-snapshots':
        cluster.holdSnapshots = true;
        return;
      case 'snapshot':
        cluster.moveSnapshot(first);
        return;
      case 'installed-and-crashed':
        cluster.install(cluster.node(first), false);
        return cluster.crash(first);
      case 'lose-image':
        cluster.node(first).disk.image = NO_IMAGE;
        return;
      case 'full':
      case 'room':
        cluster.node(first).mayWrite = name === 'room';
        return;
      case 'clock':
        cluster.node(first).wallOffsetMs = Number(second);
        return;
      case 'transfer':
        return cluster.input(first, {
          type: 'transferLeadership',
          transferId: 1,
          to: second === '' ? undefined : second,
        });
      case 'blank':
        return this.makeBlank(first, second);
      default:
        return this.performOnNodes(name, words);
    }
  }

  /** A node's data directory is formatted anew, with another storage id. */
  private makeBlank(id: string, storageId: string): void {
    const { cluster } = this;
    const members = cluster.voters;
    const options = { ...DEFAULT_REPLICA_OPTIONS };
    const config = { clusterId: CLUSTER_ID, groupId: 0, nodeId: id, storageId, members, priority: 0, options };
    cluster.nodes.set(id, new TestNode(id, (disk) => createReplica(config, disk)));
  }

  private performOnNodes(name: string, words: readonly string[]): void {
    const { cluster } = this;
    const [first = '', second = ''] = words;
    switch (name) {
      case 'kill':
        return cluster.kill(first);
      case 'crash':
        for (const id of words) cluster.crash(id);
        return;
      case 'restart':
        for (const id of words) cluster.restart(id);
        return;
      case 'isolate':
        return cluster.isolate(first);
      case 'cut':
        return cluster.cutLink(first, second);
      case 'cut-one-way':
        return cluster.cutOneWay(first, second);
      case 'heal':
        return cluster.heal();
      case 'disconnect':
        return cluster.input(first, { type: 'peerDisconnected', peer: second });
      case 'status':
        return this.printStatus();
      case 'log':
        for (const node of cluster.alive) this.print(`${node.nodeId}: ${node.texts.join(' ')}`);
        return;
      case 'disk':
        return this.printDisk(first);
      default:
        throw new Error(`unknown command ${name}`);
    }
  }

  private create(named: ReadonlyMap<string, string>): void {
    const { size = '3', learners = '0', strangers = 'no', ...rest } = Object.fromEntries(named);
    const options = Object.fromEntries(
      Object.entries(rest).map(([key, value]) => [key, Number(value)]),
    ) as Partial<ReplicaOptions>;
    this.cluster = new TestCluster({
      size: Number(size),
      learners: Number(learners),
      strangers: strangers === 'yes',
      options,
    });
    this.cluster.onEffect = (nodeId, effect) => this.trace(nodeId, effect);
  }

  /** Elects a leader and lets everybody settle, without printing how: in a fresh cluster the last member wins. */
  private start(): void {
    this.cluster.start();
    this.cluster.run(300);
    this.output = [];
    this.printStatus();
  }

  /** Delivers what is on its way and matches, once, without what follows from it; `deliver all` until nothing is left. */
  private deliver(words: readonly string[], named: ReadonlyMap<string, string>): void {
    const { cluster } = this;
    if (words.includes('all')) return cluster.settle();
    const due = cluster.messages.filter(({ header, body }) => matches(header.from, header.to, body, named));
    cluster.messages = cluster.messages.filter((message) => !due.includes(message));
    for (const message of due) cluster.deliver(message);
  }

  private failFlush(id: string): void {
    const [oldest] = this.cluster.node(id).disk.pending.splice(0, 1);
    if (oldest !== undefined) this.cluster.input(id, { type: 'storageDone', token: oldest.token, ok: false });
  }

  private injectAccept(from: string, to: string, named: ReadonlyMap<string, string>): void {
    const [round = '0', slot = '0'] = [named.get('round'), named.get('slot')].map((value) => value ?? '0');
    const entries = [{ slot: Number(slot), entry: commands(named.get('value') ?? '') }];
    this.cluster.inject(from, to, {
      type: 'accept',
      ballot: ballot(Number(round), from),
      entries,
      chosenThroughSlot: 0,
    });
  }

  private trace(nodeId: string, effect: Effect): void {
    switch (effect.type) {
      case 'send': {
        const { header, body } = effect.message;
        if (!this.quiet.has(body.type)) this.print(`${nodeId} > ${header.to}  ${describe(body)}`);
        return;
      }
      case 'persist':
        return this.print(`${nodeId} persist ${effect.writes.map(describeWrite).join(', ')}`);
      case 'apply':
        return this.print(`${nodeId} apply ${effect.slot} ${text(effect.entry)}`);
      case 'roleChanged': {
        const leader = effect.leader === undefined ? 'nobody' : effect.leader;
        const following = effect.role === 'follower' ? ` follows ${leader}` : effect.serving ? ' serves' : '';
        return this.print(`${nodeId} is ${effect.role} ${formatBallot(effect.ballot)}${following}`);
      }
      case 'proposalsRefused':
        return this.print(
          `${nodeId} refuses ${effect.proposalIds.length} ${effect.reason} (${effect.leader ?? 'nobody'})`,
        );
      case 'readReady':
        return this.print(`${nodeId} reads at ${effect.appliedSlot}`);
      case 'readsRefused':
        return this.print(`${nodeId} refuses ${effect.readIds.length} reads (${effect.leader ?? 'nobody'})`);
      case 'loadEntries':
        return this.print(`${nodeId} loads ${effect.fromSlot} to ${effect.throughSlot}`);
      case 'fetchSnapshot':
        return this.print(`${nodeId} fetches a snapshot above ${effect.aboveSlot} from ${effect.peer}`);
      case 'installSnapshot':
        return this.print(`${nodeId} installs the snapshot at ${effect.slot}`);
      case 'discardSnapshot':
        return this.print(`${nodeId} discards the snapshot at ${effect.slot}`);
      case 'transferEnded':
        return this.print(`${nodeId} ends the transfer: ${effect.outcome}`);
      case 'fatal':
        return this.print(`${nodeId} FATAL ${effect.code}: ${effect.reason}`);
    }
  }

  private printStatus(): void {
    for (const { nodeId, status } of this.cluster.alive) {
      const { role, ballot: at, happy, serving, chosenThroughSlot, appliedSlot } = status;
      const traits = [role, formatBallot(at), serving ? 'serving' : '', happy ? 'happy' : 'unhappy'].filter(
        (word) => word !== '',
      );
      this.print(`${nodeId}: ${traits.join(' ')}, chosen ${chosenThroughSlot}, applied ${appliedSlot}`);
    }
  }

  private printDisk(id: string): void {
    const { promised, accepted, chosenThroughSlot, trimmedThroughSlot, image } = this.cluster.node(id).disk;
    const rest = trimmedThroughSlot + image.slot > 0 ? `, trimmed ${trimmedThroughSlot}, image ${image.slot}` : '';
    this.print(`promised ${formatBallot(promised)}, chosen ${chosenThroughSlot}${rest}`);
    for (const { slot, ballot: at, entry } of [...accepted.values()].sort((a, b) => a.slot - b.slot)) {
      this.print(`${slot} ${formatBallot(at)} ${text(entry)}`);
    }
  }

  private print(line: string): void {
    this.output.push(line);
  }
}

function matches(from: string, to: string, body: MessageBody, named: ReadonlyMap<string, string>): boolean {
  const wanted = (key: string, value: string): boolean => !named.has(key) || named.get(key) === value;
  return wanted('from', from) && wanted('to', to) && wanted('type', body.type);
}

function describeWrite(write: Extract<Effect, { type: 'persist' }>['writes'][number]): string {
  if (write.kind === 'promised') return `promised ${formatBallot(write.ballot)}`;
  if (write.kind === 'trimmed') return `trimmed ${write.throughSlot}`;
  if (write.kind === 'peer') return `peer ${write.nodeId} is ${write.storageId}`;
  if (write.kind === 'chosenThrough') return `chosen ${write.slot}`;
  const { slot, ballot: at, entry } = write.accepted;
  return `${slot}=${text(entry)}@${formatBallot(at)}`;
}

function describe(body: MessageBody): string {
  const slots = (entries: readonly { readonly slot: number; readonly entry: Parameters<typeof text>[0] }[]): string =>
    entries.map(({ slot, entry }) => `${slot}=${text(entry)}`).join(' ');
  switch (body.type) {
    case 'poll':
      return `poll ${body.pollRound}`;
    case 'pollReply':
      return `pollReply ${body.pollRound} promised ${formatBallot(body.ballot)} follows ${formatBallot(body.leader)} ${body.happy ? 'happy' : 'unhappy'} chosen ${body.chosenThroughSlot}`;
    case 'prepare':
      return `prepare ${formatBallot(body.ballot)} from ${body.fromSlot}`;
    case 'promised': {
      const held = body.accepted.map(({ slot, ballot: at, entry }) => `${slot}=${text(entry)}@${formatBallot(at)}`);
      const unknown = body.unknownSlots.length > 0 ? ` unknown ${body.unknownSlots.join(',')}` : '';
      const trimmed = body.trimmedThroughSlot > 0 ? ` trimmed ${body.trimmedThroughSlot}` : '';
      return `promised ${formatBallot(body.ballot)} ${body.chunkIndex + 1}/${body.chunkCount} chosen ${body.chosenThroughSlot}${trimmed} [${held.join(' ')}]${unknown}`;
    }
    case 'nacked':
      return `nacked ${formatBallot(body.ballot)} promised ${formatBallot(body.promised)}`;
    case 'accept':
      return `accept ${formatBallot(body.ballot)} [${slots(body.entries)}] chosen ${body.chosenThroughSlot}`;
    case 'accepted':
      return `accepted ${formatBallot(body.ballot)} [${body.slots.join(' ')}]`;
    case 'chosen':
      return `chosen ${formatBallot(body.ballot)} through ${body.chosenThroughSlot}`;
    case 'fetch':
      return `fetch ${body.fromSlot} to ${body.throughSlot}`;
    case 'fetched':
      return `fetched [${slots(body.entries)}] chosen ${body.chosenThroughSlot}${body.trimmedThroughSlot > 0 ? ` trimmed ${body.trimmedThroughSlot}` : ''} at ${formatBallot(body.ballot)}`;
    case 'confirm':
      return `confirm ${formatBallot(body.ballot)} round ${body.confirmRound}`;
    case 'confirmed':
      return `confirmed ${formatBallot(body.ballot)} round ${body.confirmRound}`;
    case 'rejected':
      return `rejected ${body.storageId}`;
    case 'handOver':
      return `handOver ${formatBallot(body.ballot)}`;
  }
}
