import { Command, CommanderError } from 'commander';
import { nearestName, suggestionText } from './nearest-name.js';
import { InformationRequested, UsageError } from './usage-error.js';
import type { UsageErrorCode } from './usage-error.js';

const CODES: Readonly<Record<string, UsageErrorCode>> = {
  'commander.unknownOption': 'unknownFlag',
  'commander.unknownCommand': 'unknownCommand',
  'commander.excessArguments': 'unexpectedArgument',
  'commander.missingArgument': 'missingValue',
  'commander.optionMissingArgument': 'missingValue',
  'commander.missingMandatoryOptionValue': 'missingOption',
  'commander.conflictingOption': 'invalidCombination',
  'commander.invalidArgument': 'invalidValue',
};

/** A commander command, and so are its subcommands, that throws {@link UsageError} and never prints or exits by itself. */
export class UsageCommand extends Command {
  #output = '';

  constructor(name?: string) {
    super(name);
    this.exitOverride();
    this.configureOutput({ writeOut: (text) => void (this.root().#output += text), writeErr: () => undefined });
    this.configureHelp({ sortSubcommands: false, helpWidth: Math.min(120, process.stdout.columns ?? 100) });
  }

  override createCommand(name?: string): UsageCommand {
    return new UsageCommand(name);
  }

  /** Replaces commander's own texts by one line with a code, the nearest name and the way to the help. */
  override error(message: string, options?: { readonly code?: string }): never {
    const code = CODES[options?.code ?? ''] ?? 'invalidCombination';
    const named = /'([^']*)'/.exec(message)?.[1] ?? '';
    if (code === 'unknownFlag') throw this.unknownFlag(named);
    if (code === 'unknownCommand') throw this.unknownName(named);
    if (code === 'missingValue' && options?.code === 'commander.optionMissingArgument') {
      throw new UsageError({ code, option: named }, `${named} needs a value; see ${this.path()} --help`);
    }
    if (code === 'unexpectedArgument') {
      const extra = this.args[this.registeredArguments.length] ?? '';
      const text = `unexpected argument ${JSON.stringify(extra)}; see ${this.path()} --help`;
      throw new UsageError({ code, option: extra }, text);
    }
    throw new UsageError({ code, option: named }, `${message.replace(/^error: /, '')}; see ${this.path()} --help`);
  }

  /** Its name with those of the commands above it: `synod job show`. */
  path(): string {
    return this.parent instanceof UsageCommand ? `${this.parent.path()} ${this.name()}` : this.name();
  }

  /** Parses and runs the actions. `argv` is without node and script. Throws {@link UsageError}, {@link InformationRequested}. */
  async run(argv: readonly string[]): Promise<void> {
    this.#output = '';
    try {
      await this.parseAsync([...argv], { from: 'user' });
    } catch (error) {
      throw this.translated(error);
    }
  }

  /** As {@link run}, for commands without asynchronous actions. */
  runSync(argv: readonly string[]): void {
    this.#output = '';
    try {
      this.parse([...argv], { from: 'user' });
    } catch (error) {
      throw this.translated(error);
    }
  }

  private root(): UsageCommand {
    return this.parent instanceof UsageCommand ? this.parent.root() : this;
  }

  private translated(error: unknown): unknown {
    if (!(error instanceof CommanderError)) return error;
    if (error.exitCode === 0) return new InformationRequested(this.#output);
    if (error.code === 'commander.help') return this.commandMissing();
    return new UsageError({ code: CODES[error.code] ?? 'invalidCombination' }, error.message, { cause: error });
  }

  private commandMissing(): UsageError {
    const names = this.commands.map((command) => command.name()).join(', ');
    const text = `a command is missing: one of ${names}; see ${this.path()} --help`;
    return new UsageError({ code: 'unknownCommand' }, text);
  }

  private flags(): string[] {
    const own = this.options.flatMap((option) => (option.long === undefined || option.hidden ? [] : [option.long]));
    const above = this.parent instanceof UsageCommand ? this.parent.flags() : ['--help'];
    return [...own, ...above];
  }

  private unknownFlag(written: string): UsageError {
    const [flag = written] = written.split('=');
    const flags = this.flags();
    if (flag !== written && flags.includes(flag)) {
      const off = flags.includes(`--no-${flag.slice(2)}`) ? `; use ${flag} or --no-${flag.slice(2)}` : '';
      return new UsageError({ code: 'unexpectedArgument', option: flag }, `${flag} takes no value${off}`);
    }
    return this.unknown('unknownFlag', 'flag', flag, flags);
  }

  private unknownName(written: string): UsageError {
    const names = this.commands.flatMap((command) => [command.name(), ...command.aliases()]);
    return this.unknown('unknownCommand', 'command', written, names);
  }

  private unknown(code: UsageErrorCode, what: string, written: string, candidates: readonly string[]): UsageError {
    const suggestion = nearestName(written, candidates);
    const facts = { code, option: written, ...(suggestion === undefined ? {} : { suggestion }) };
    const help = suggestion === undefined ? `; see ${this.path()} --help` : '';
    return new UsageError(facts, `unknown ${what} ${written}${suggestionText(suggestion)}${help}`);
  }
}
