import type { CommandTree } from './command-tree.js';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** A script that makes the shell complete commands, flags and their values. It asks nobody: what it knows was written into it. */
export function completionScript(shell: Shell, tree: CommandTree): string {
  switch (shell) {
    case 'bash':
      return bashScript(tree);
    case 'zsh':
      return `#compdef synod\nautoload -U +X bashcompinit && bashcompinit\n${bashScript(tree)}`;
    case 'fish':
      return fishScript(tree);
  }
}

const quoted = (path: readonly string[]): string => `'${path.map((word) => ` ${word}`).join('')}'`;

/** Behind `--` stands a command of the system: that is completed by the shell's own means. */
function bashScript({ nodes, choices }: CommandTree): string {
  const commands = nodes.filter(({ path }) => path.length > 0).map(({ path }) => quoted(path));
  const values = [...choices].map(([flag, words]) => `    ${flag}) words='${words.join(' ')}' ;;`);
  const words = nodes.map((node) => `      ${quoted(node.path)}) words='${node.words.join(' ')}' ;;`);
  return `_synod() {
  local word=\${COMP_WORDS[COMP_CWORD]} path= words= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    if [ "\${COMP_WORDS[i]}" = -- ]; then COMPREPLY=($(compgen -c -f -- "$word")); return; fi
    case "$path \${COMP_WORDS[i]}" in
      ${commands.join('|')}) path+=" \${COMP_WORDS[i]}" ;;
    esac
  done
  case "\${COMP_WORDS[COMP_CWORD-1]}" in
${values.join('\n')}
    *) case "$path" in
${words.join('\n')}
    esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _synod synod
`;
}

function fishScript({ nodes, choices }: CommandTree): string {
  const commands = nodes.filter(({ path }) => path.length > 0).map(({ path }) => quoted(path));
  const lines = nodes.map(
    ({ path, words }) => `complete -c synod -n "__synod_at ${quoted(path)}" -f -a "${words.join(' ')}"`,
  );
  const values = [...choices].map(
    ([flag, words]) => `complete -c synod -n "__synod_behind ${flag}" -f -a "${words.join(' ')}"`,
  );
  return `function __synod_at
  set -l path ''
  set -l words (commandline -opc)
  for word in $words[2..-1]
    switch "$path $word"
      case ${commands.join(' ')}
        set path "$path $word"
    end
  end
  test "$path" = "$argv[1]"; and not contains -- $words[-1] ${[...choices.keys()].join(' ')}
end
function __synod_behind
  set -l words (commandline -opc)
  test "$words[-1]" = "$argv[1]"
end
${lines.join('\n')}
${values.join('\n')}
`;
}
