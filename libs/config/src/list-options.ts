import { optionName, variableName } from './names.js';
import type { OptionDefinitions } from './option.js';

/** An option as a reference shows it; what there is not is empty. */
export interface ListedOption {
  readonly group: string;
  /** Flag and YAML key, without dashes in front. */
  readonly name: string;
  /** What its value is called; empty for a switch. */
  readonly valueName: string;
  readonly variable: string;
  readonly summary: string;
  readonly unit: string;
  /** `required` where there is none and there has to be a value. */
  readonly defaultText: string;
  readonly range: string;
}

export function listOptions(definitions: OptionDefinitions): readonly ListedOption[] {
  return Object.entries(definitions).map(([key, definition]) => {
    const name = optionName(key, definition);
    const { group, summary, valueName = '', unit = '', range, required, secret, defaultText = '' } = definition;
    return {
      ...{ group, name, valueName, variable: variableName(name), summary, unit, range },
      defaultText: required ? 'required' : secret ? '' : defaultText,
    };
  });
}
