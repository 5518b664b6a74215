import {
  ADDRESS_MAX_CHARACTERS,
  ERROR_TYPE_MAX_CHARACTERS,
  HANDLER_NAME_MAX_CHARACTERS,
  IDEMPOTENCY_KEY_MAX_CHARACTERS,
  JOB_ID_MAX_CHARACTERS,
  LABEL_NAME_MAX_CHARACTERS,
  LABEL_VALUE_MAX_CHARACTERS,
  LABELS_MAX,
  LIMIT_KEY_MAX_CHARACTERS,
  MESSAGE_MAX_CHARACTERS,
  NODE_ID_MAX_CHARACTERS,
  PLACEMENT_KEY_MAX_CHARACTERS,
  QUEUE_NAME_MAX_CHARACTERS,
  USER_MAX_CHARACTERS,
  VERSION_MAX_CHARACTERS,
} from './limits.js';
import type { TextRule, Violations } from './violations.js';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const NAME_FORM = 'a letter or digit, then letters, digits, ".", "_" or "-"';
export const QUALIFIED_NAME = /^[A-Za-z0-9][A-Za-z0-9._:/-]*$/;
export const QUALIFIED_NAME_FORM = 'a letter or digit, then letters, digits, ".", "_", "-", ":" or "/"';
// eslint-disable-next-line no-control-regex -- control characters are what it is about
const PRINTABLE = /^[^\u0000-\u001f\u007f]*$/;
const PRINTABLE_FORM = 'without control characters';

export const QUEUE_RULE: TextRule = { maxCharacters: QUEUE_NAME_MAX_CHARACTERS, pattern: NAME, form: NAME_FORM };
export const HANDLER_RULE: TextRule = {
  maxCharacters: HANDLER_NAME_MAX_CHARACTERS,
  pattern: QUALIFIED_NAME,
  form: QUALIFIED_NAME_FORM,
  required: true,
};
export const NODE_ID_RULE: TextRule = {
  maxCharacters: NODE_ID_MAX_CHARACTERS,
  pattern: QUALIFIED_NAME,
  form: QUALIFIED_NAME_FORM,
  required: true,
};
export const SCHEDULE_ID_RULE: TextRule = {
  maxCharacters: NODE_ID_MAX_CHARACTERS,
  pattern: QUALIFIED_NAME,
  form: QUALIFIED_NAME_FORM,
  required: true,
};
export const JOB_ID_RULE: TextRule = {
  maxCharacters: JOB_ID_MAX_CHARACTERS,
  pattern: QUALIFIED_NAME,
  form: 'a job id as SubmitJob returned it',
  required: true,
};
export const IDEMPOTENCY_KEY_RULE: TextRule = {
  maxCharacters: IDEMPOTENCY_KEY_MAX_CHARACTERS,
  pattern: PRINTABLE,
  form: PRINTABLE_FORM,
};
export const LIMIT_KEY_RULE: TextRule = {
  maxCharacters: LIMIT_KEY_MAX_CHARACTERS,
  pattern: PRINTABLE,
  form: PRINTABLE_FORM,
};
export const ERROR_TYPE_RULE: TextRule = {
  maxCharacters: ERROR_TYPE_MAX_CHARACTERS,
  pattern: PRINTABLE,
  form: PRINTABLE_FORM,
};
export const PLACEMENT_KEY_RULE: TextRule = {
  maxCharacters: PLACEMENT_KEY_MAX_CHARACTERS,
  pattern: PRINTABLE,
  form: PRINTABLE_FORM,
};
export const VERSION_RULE: TextRule = {
  maxCharacters: VERSION_MAX_CHARACTERS,
  pattern: PRINTABLE,
  form: PRINTABLE_FORM,
};
export const HOST_RULE: TextRule = { maxCharacters: ADDRESS_MAX_CHARACTERS, pattern: PRINTABLE, form: PRINTABLE_FORM };
export const ADDRESS_RULE: TextRule = {
  maxCharacters: ADDRESS_MAX_CHARACTERS,
  pattern: /^\S+:\d{1,5}$/,
  form: 'host:port',
};
export const REASON_RULE: TextRule = { maxCharacters: MESSAGE_MAX_CHARACTERS };
export const USER_RULE: TextRule = {
  maxCharacters: USER_MAX_CHARACTERS,
  pattern: /^[^\s:/]+$/,
  form: 'the name or number of a user',
};

/** Labels of a job, of a worker or asked of one. */
export function readLabels(
  violations: Violations,
  prefix: string,
  field: string,
  value: unknown,
): Readonly<Record<string, string>> {
  return violations.map(prefix, field, value, LABELS_MAX, labelProblem);
}

function labelProblem(name: string, value: string): string | undefined {
  if (name.length > LABEL_NAME_MAX_CHARACTERS) return `has a name longer than ${LABEL_NAME_MAX_CHARACTERS} characters`;
  if (!QUALIFIED_NAME.test(name)) return `has a bad name: it must be ${QUALIFIED_NAME_FORM}`;
  if (value.length > LABEL_VALUE_MAX_CHARACTERS) return `is longer than ${LABEL_VALUE_MAX_CHARACTERS} characters`;
  return PRINTABLE.test(value) ? undefined : `must be ${PRINTABLE_FORM}`;
}
