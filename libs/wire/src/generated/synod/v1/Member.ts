// Original file: synod/v1/cluster_service.proto

import type { MemberRole as _synod_v1_MemberRole, MemberRole__Output as _synod_v1_MemberRole__Output } from '../../synod/v1/MemberRole.js';
import type { Ballot as _synod_v1_Ballot, Ballot__Output as _synod_v1_Ballot__Output } from '../../synod/v1/Ballot.js';
import type { DiskState as _synod_v1_DiskState, DiskState__Output as _synod_v1_DiskState__Output } from '../../synod/v1/DiskState.js';
import type { SnapshotProgress as _synod_v1_SnapshotProgress, SnapshotProgress__Output as _synod_v1_SnapshotProgress__Output } from '../../synod/v1/SnapshotProgress.js';
import type { Long } from '@grpc/proto-loader';

export interface Member {
  'id'?: (string);
  'address'?: (string);
  'role'?: (_synod_v1_MemberRole);
  'appliedSlot'?: (number | string | Long);
  'chosenThroughSlot'?: (number | string | Long);
  'stateHash'?: (string);
  'ballot'?: (_synod_v1_Ballot | null);
  'happy'?: (boolean);
  'problem'?: (string);
  'incarnation'?: (number | string | Long);
  'version'?: (string);
  'unfitReason'?: (string);
  'imageSlot'?: (number | string | Long);
  'trimmedThroughSlot'?: (number | string | Long);
  'logBytes'?: (number | string | Long);
  'needsSnapshot'?: (boolean);
  'featureLevel'?: (number);
  'maxFeatureLevel'?: (number);
  'damagedSlots'?: (number);
  'diskState'?: (_synod_v1_DiskState);
  'diskFreeBytes'?: (number | string | Long);
  'clockOffsetMs'?: (number | string | Long);
  'snapshot'?: (_synod_v1_SnapshotProgress | null);
  'learner'?: (boolean);
  '_clockOffsetMs'?: "clockOffsetMs";
}

export interface Member__Output {
  'id': (string);
  'address': (string);
  'role': (_synod_v1_MemberRole__Output);
  'appliedSlot': (string);
  'chosenThroughSlot': (string);
  'stateHash': (string);
  'ballot': (_synod_v1_Ballot__Output | null);
  'happy': (boolean);
  'problem': (string);
  'incarnation': (string);
  'version': (string);
  'unfitReason': (string);
  'imageSlot': (string);
  'trimmedThroughSlot': (string);
  'logBytes': (string);
  'needsSnapshot': (boolean);
  'featureLevel': (number);
  'maxFeatureLevel': (number);
  'damagedSlots': (number);
  'diskState': (_synod_v1_DiskState__Output);
  'diskFreeBytes': (string);
  'clockOffsetMs'?: (string);
  'snapshot': (_synod_v1_SnapshotProgress__Output | null);
  'learner': (boolean);
  '_clockOffsetMs'?: "clockOffsetMs";
}
