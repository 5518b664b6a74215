import { UsageCommand } from './command.js';
import { readConfigFile } from './config-file.js';
import { addFlags, resolveFlags } from './flags.js';
import type { Environment } from './flags.js';
import { listOptions } from './list-options.js';
import type { ListedOption } from './list-options.js';
import { optionName } from './names.js';
import { option } from './option.js';
import type { OptionDefinitions, ResolvedOptions } from './option.js';

const VERSION = '0.1.0';

const CONFIG = {
  config: option.string({
    summary: 'YAML file whose keys are the flags without dashes in front; weaker than variables',
    valueName: 'file',
    group: 'General',
  }),
};

export interface OptionsSettings<D extends OptionDefinitions> {
  /** Name of the program, as `--help` shows it. */
  readonly name: string;
  readonly summary: string;
  readonly version?: string;
  readonly options: D;
}

/** The options of a program without subcommands. */
export interface OptionsDefinition<D extends OptionDefinitions> {
  /**
   * `argv` without node and script, `env` like `process.env`. Flags are stronger than `SYNOD_*` variables, these than the YAML
   * file of `--config`, this than defaults. Throws UsageError, or InformationRequested for `--help` and `--version`.
   */
  parse(argv: readonly string[], env: Environment): ResolvedOptions<D>;
  /** The resolved options as facts for a log: secrets are left out. */
  describe(resolved: ResolvedOptions<D>): Readonly<Record<string, unknown>>;
  /** What `--help` prints. */
  help(): string;
  readonly name: string;
  readonly summary: string;
  /** All of them, for a reference. */
  list(): readonly ListedOption[];
}

/** Defines the options of a program: flags, variables, keys of a YAML file and their `--help`, all of one definition. */
export function defineOptions<const D extends OptionDefinitions>(settings: OptionsSettings<D>): OptionsDefinition<D> {
  const names = Object.entries(settings.options).map(([key, definition]) => optionName(key, definition));
  const newCommand = (): UsageCommand => {
    const command = new UsageCommand(settings.name).description(settings.summary);
    command
      .version(settings.version ?? VERSION, '-V, --version', 'Prints the version')
      .helpOption('-h, --help', 'Prints this');
    addFlags(command, settings.options);
    addFlags(command, CONFIG);
    command.addHelpText(
      'after',
      '\nA flag is stronger than its variable, this than the YAML file, this than the default.',
    );
    return command;
  };
  return {
    parse(argv, env) {
      const command = newCommand();
      command.runSync(argv);
      const { config } = resolveFlags(command, CONFIG, { env });
      const file = config === undefined ? undefined : readConfigFile(config, names);
      return resolveFlags(command, settings.options, file === undefined ? { env } : { env, file });
    },
    describe(resolved) {
      const shown = Object.entries(settings.options).filter(([, definition]) => !definition.secret);
      return Object.fromEntries(shown.map(([key]) => [key, resolved[key]]));
    },
    help: () => newCommand().helpInformation(),
    name: settings.name,
    summary: settings.summary,
    list: () => listOptions({ ...settings.options, ...CONFIG }),
  };
}
