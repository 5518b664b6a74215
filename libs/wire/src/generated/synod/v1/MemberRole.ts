// Original file: synod/v1/cluster_service.proto

export const MemberRole = {
  MEMBER_ROLE_UNSPECIFIED: 'MEMBER_ROLE_UNSPECIFIED',
  MEMBER_ROLE_FOLLOWER: 'MEMBER_ROLE_FOLLOWER',
  MEMBER_ROLE_CANDIDATE: 'MEMBER_ROLE_CANDIDATE',
  MEMBER_ROLE_LEADER: 'MEMBER_ROLE_LEADER',
} as const;

export type MemberRole =
  | 'MEMBER_ROLE_UNSPECIFIED'
  | 0
  | 'MEMBER_ROLE_FOLLOWER'
  | 1
  | 'MEMBER_ROLE_CANDIDATE'
  | 2
  | 'MEMBER_ROLE_LEADER'
  | 3

export type MemberRole__Output = typeof MemberRole[keyof typeof MemberRole]
