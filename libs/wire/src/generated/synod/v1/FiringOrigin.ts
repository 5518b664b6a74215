// Original file: synod/v1/schedule_service.proto

export const FiringOrigin = {
  FIRING_ORIGIN_UNSPECIFIED: 'FIRING_ORIGIN_UNSPECIFIED',
  FIRING_ORIGIN_TIMER: 'FIRING_ORIGIN_TIMER',
  FIRING_ORIGIN_TRIGGER: 'FIRING_ORIGIN_TRIGGER',
  FIRING_ORIGIN_BACKFILL: 'FIRING_ORIGIN_BACKFILL',
} as const;

export type FiringOrigin =
  | 'FIRING_ORIGIN_UNSPECIFIED'
  | 0
  | 'FIRING_ORIGIN_TIMER'
  | 1
  | 'FIRING_ORIGIN_TRIGGER'
  | 2
  | 'FIRING_ORIGIN_BACKFILL'
  | 3

export type FiringOrigin__Output = typeof FiringOrigin[keyof typeof FiringOrigin]
