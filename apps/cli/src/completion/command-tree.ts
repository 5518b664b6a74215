import type { Command } from 'commander';
import { OUTPUT_FORMATS } from '../session.js';

/** What can be typed at one place of the command line. */
export interface CompletionNode {
  /** Words of the command, such as `['job', 'show']`; empty for synod itself. */
  readonly path: readonly string[];
  /** Names of its commands, then its flags and those of all. */
  readonly words: readonly string[];
}

export interface CommandTree {
  readonly nodes: readonly CompletionNode[];
  /** Values of flags that have few. */
  readonly choices: ReadonlyMap<string, readonly string[]>;
}

/** All commands and flags below `root`, as the help knows them. */
export function commandTree(root: Command): CommandTree {
  const nodes: CompletionNode[] = [];
  const choices = new Map<string, readonly string[]>([['--output', OUTPUT_FORMATS]]);
  const globals = flagsOf(root, choices);
  const visit = (command: Command, path: readonly string[]): void => {
    const names = command.commands.map((it) => it.name());
    const flags = command === root ? [] : flagsOf(command, choices);
    nodes.push({ path, words: [...names, ...flags, ...globals, '--help'] });
    for (const child of command.commands) visit(child, [...path, child.name()]);
  };
  visit(root, []);
  return { nodes, choices };
}

function flagsOf(command: Command, choices: Map<string, readonly string[]>): string[] {
  return command.options.flatMap(({ long, argChoices, hidden }) => {
    if (!long || hidden) return [];
    if (argChoices !== undefined) choices.set(long, argChoices);
    return [long];
  });
}
