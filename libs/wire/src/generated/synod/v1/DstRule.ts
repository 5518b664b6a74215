// Original file: synod/v1/schedule_service.proto

export const DstRule = {
  DST_RULE_UNSPECIFIED: 'DST_RULE_UNSPECIFIED',
  DST_RULE_CRON: 'DST_RULE_CRON',
  DST_RULE_SKIP: 'DST_RULE_SKIP',
  DST_RULE_ONCE: 'DST_RULE_ONCE',
  DST_RULE_BOTH: 'DST_RULE_BOTH',
} as const;

export type DstRule =
  | 'DST_RULE_UNSPECIFIED'
  | 0
  | 'DST_RULE_CRON'
  | 1
  | 'DST_RULE_SKIP'
  | 2
  | 'DST_RULE_ONCE'
  | 3
  | 'DST_RULE_BOTH'
  | 4

export type DstRule__Output = typeof DstRule[keyof typeof DstRule]
