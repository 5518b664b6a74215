import { option, type UsageCommand } from '@synod/config';
import { commandTree } from '../completion/command-tree.js';
import { completionScript, SHELLS } from '../completion/scripts.js';
import { checked, withExamples } from '../flags.js';
import type { CliSession } from '../session.js';

const shells = option.choice({ summary: '', choices: SHELLS });

export function addCompletionCommand(root: UsageCommand, session: CliSession): void {
  const command = root
    .command('completion')
    .summary('print a script that completes commands and flags in your shell')
    .description(
      'Prints a script for bash, zsh or fish that completes the commands, flags and choices of this version.',
    )
    .argument('<shell>', SHELLS.join(', '), checked('the shell', shells));
  withExamples(command, [
    ['source <(synod completion bash)', 'in ~/.bashrc; for zsh the same in ~/.zshrc'],
    ['synod completion fish > ~/.config/fish/completions/synod.fish', 'for fish'],
  ]);
  command.action(async (shell: (typeof SHELLS)[number]) => session.print(completionScript(shell, commandTree(root))));
}
