import { SynodClient, type UnavailableNotice } from '@synod/client';
import { option, resolveFlags, rpcSecurity, SECURITY_OPTIONS, type UsageCommand } from '@synod/config';
import type { CliIo } from './io.js';
import { writeOut } from './io.js';
import { painter, type Paint } from './output/colours.js';
import { toJson } from './output/json.js';
import { renderTable, type Column } from './output/table.js';

/** Flags of every command. */
export const GLOBAL_OPTIONS = {
  address: option.addresses({
    summary: 'Coordinators; any that answers will do',
    default: ['127.0.0.1:7401', '127.0.0.1:7402', '127.0.0.1:7403'],
    group: 'Connection',
  }),
  output: option.choice({
    summary: 'Tables for people or JSON for programs',
    choices: ['table', 'json'],
    default: 'table',
    group: 'Output',
  }),
  ...SECURITY_OPTIONS,
};

/** No coordinator answers at all: a person should not wait longer to be told. */
const CONNECT_DEADLINE_MS = 3_000;
/** A cluster without a leader for so long is worth a line on stderr. */
const QUIET_OUTAGE_MS = 4_000;

/** One run of the command line: what its commands share. */
export class CliSession {
  exitStatus = 0;
  private opened: SynodClient | undefined;
  private outageTold = false;

  constructor(
    readonly io: CliIo,
    private readonly root: UsageCommand,
  ) {}

  private get globals() {
    return resolveFlags(this.root, GLOBAL_OPTIONS, { env: this.io.env });
  }

  get json(): boolean {
    return this.globals.output === 'json';
  }

  get paint(): Paint {
    return painter(this.io.stdout, this.io.env);
  }

  /** The connection to the cluster, made when first asked for. */
  get client(): SynodClient {
    const globals = this.globals;
    this.opened ??= new SynodClient({
      addresses: globals.address,
      security: rpcSecurity(globals),
      connectDeadlineMs: CONNECT_DEADLINE_MS,
      onUnavailable: (notice) => this.tellOutage(notice),
    });
    return this.opened;
  }

  private tellOutage({ sinceMs, addresses }: UnavailableNotice): void {
    if (this.outageTold || sinceMs < QUIET_OUTAGE_MS) return;
    this.outageTold = true;
    this.note(`no coordinator answers at ${addresses.join(', ')}; still trying, press Ctrl-C to leave`);
  }

  /** A line for people, on stderr. */
  note(line: string): void {
    this.io.stderr.write(`synod: ${line}\n`);
  }

  print(text: string): Promise<void> {
    return writeOut(this.io.stdout, text);
  }

  /** The result of a command: `value` as JSON, or the text for people. */
  async show(value: unknown, text: () => string): Promise<void> {
    await this.print(this.json ? `${toJson(value)}\n` : text());
  }

  /** A list: an array as JSON, or a table; `whenEmpty` for people says why there is nothing. */
  async showList<Row>(rows: readonly Row[], columns: readonly Column<Row>[], whenEmpty: string): Promise<void> {
    if (!this.json && rows.length === 0) this.note(whenEmpty);
    else await this.show(rows, () => renderTable(columns, rows, this.io.stdout, this.paint));
  }

  close(): void {
    this.opened?.close();
  }
}
