import { SynodClient, type UnavailableNotice } from '@synod/client';
import { option, resolveFlags, rpcSecurity, SECURITY_OPTIONS, type UsageCommand } from '@synod/config';
import type { CliIo } from './io.js';
import { writeOut } from './io.js';
import { painter, type Paint } from './output/colours.js';
import { toJson, toYaml } from './output/json.js';
import { ProgressBar } from './output/progress.js';
import { renderTable, type Column } from './output/table.js';

export const OUTPUT_FORMATS = ['table', 'json', 'yaml'] as const;

/** Flags of every command. */
export const GLOBAL_OPTIONS = {
  address: option.addresses({
    summary: 'Coordinators; any that answers will do',
    default: ['127.0.0.1:7401', '127.0.0.1:7402', '127.0.0.1:7403'],
    group: 'Connection',
  }),
  output: option.choice({
    summary: 'Tables for people, JSON or YAML for programs',
    choices: OUTPUT_FORMATS,
    default: 'table',
    group: 'Output',
  }),
  ...SECURITY_OPTIONS,
};

/** No coordinator answers at all: a person should not wait longer to be told. */
const CONNECT_DEADLINE_MS = 3_000;
/** A cluster without a leader for so long is worth a line on stderr. */
const QUIET_OUTAGE_MS = 4_000;

const CLEAR_SCREEN = '\u001b[H\u001b[2J';

/** One run of the command line: what its commands share. */
export class CliSession {
  exitStatus = 0;
  private opened: SynodClient | undefined;
  private outageTold = false;
  private watches = false;
  private bar: ProgressBar | undefined;

  constructor(
    readonly io: CliIo,
    private readonly root: UsageCommand,
  ) {}

  private get globals() {
    return resolveFlags(this.root, GLOBAL_OPTIONS, { env: this.io.env });
  }

  /** Whether the output is for programs. */
  get structured(): boolean {
    return this.globals.output !== 'table';
  }

  /** A value as `--output` json or yaml shows it. */
  document(value: unknown): string {
    if (this.watches) return this.item(value);
    return this.globals.output === 'yaml' ? toYaml(value) : `${toJson(value)}\n`;
  }

  /** One of a stream of values: a line of JSON, or a document of YAML. */
  item(value: unknown): string {
    return this.globals.output === 'yaml' ? `---\n${toYaml(value)}` : `${toJson(value, 0)}\n`;
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
    this.bar?.hide();
    this.io.stderr.write(`synod: ${line}\n`);
  }

  print(text: string): Promise<void> {
    this.bar?.hide();
    const { stdout } = this.io;
    return writeOut(stdout, this.watches && stdout.isTTY === true ? `${CLEAR_SCREEN}${text}` : text);
  }

  /** From now on what is printed takes the place of what was printed before. */
  beginWatch(): void {
    this.watches = true;
  }

  /** A bar on stderr for something that takes long; lines that are printed meanwhile push it on. */
  progress(total: number, noun: string): ProgressBar {
    this.bar = new ProgressBar(this.io.stderr, this.io.env, total, noun);
    return this.bar;
  }

  /** The result of a command: `value` as JSON or YAML, or the text for people. */
  async show(value: unknown, text: () => string): Promise<void> {
    await this.print(this.structured ? this.document(value) : text());
  }

  /** A list: an array as JSON or YAML, or a table; `whenEmpty` for people says why there is nothing. */
  async showList<Row>(rows: readonly Row[], columns: readonly Column<Row>[], whenEmpty: string): Promise<void> {
    if (!this.structured && rows.length === 0) this.note(whenEmpty);
    else await this.show(rows, () => renderTable(columns, rows, this.io.stdout, this.paint));
  }

  close(): void {
    this.bar?.hide();
    this.opened?.close();
  }
}
