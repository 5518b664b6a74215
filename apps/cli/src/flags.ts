import { UsageError, type OptionDefinition } from '@synod/config';
import type { Command } from 'commander';

/** A parser for commander that checks as the definition says, and words a refusal the same way everywhere. */
export function checked<Value>(flag: string, definition: OptionDefinition<Value>): (text: string) => Value {
  return (text) => {
    const result = definition.schema.safeParse(definition.decode(text));
    if (result.success) return result.data as Value;
    throw new UsageError(
      { code: 'invalidValue', option: flag },
      `${flag} must be ${definition.expectation}, not ${JSON.stringify(text.slice(0, 80))}`,
    );
  };
}

/** Collects repeated `KEY=VALUE` flags; values may hold commas and equals signs. */
export function keyValue(flag: string): (text: string, previous?: Record<string, string>) => Record<string, string> {
  return (text, previous = {}) => {
    const at = text.indexOf('=');
    if (at < 1)
      throw new UsageError(
        { code: 'invalidValue', option: flag },
        `${flag} takes KEY=VALUE, not ${JSON.stringify(text.slice(0, 80))}`,
      );
    return { ...previous, [text.slice(0, at)]: text.slice(at + 1) };
  };
}

/** Collects a flag that may be repeated or carry commas. */
export function words(text: string, previous: readonly string[] = []): string[] {
  return [...previous, ...text.split(',').filter((word) => word !== '')];
}

/** Adds examples under the help of a command, each with a word on what it does. */
export function withExamples(command: Command, examples: readonly (readonly [line: string, what: string])[]): void {
  const lines = examples.map(([line, what]) => `  ${line}\n      ${what}`);
  command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}
