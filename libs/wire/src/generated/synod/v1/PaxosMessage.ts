// Original file: synod/v1/paxos_service.proto

import type { Poll as _synod_v1_Poll, Poll__Output as _synod_v1_Poll__Output } from '../../synod/v1/Poll.js';
import type { PollReply as _synod_v1_PollReply, PollReply__Output as _synod_v1_PollReply__Output } from '../../synod/v1/PollReply.js';
import type { Prepare as _synod_v1_Prepare, Prepare__Output as _synod_v1_Prepare__Output } from '../../synod/v1/Prepare.js';
import type { Promised as _synod_v1_Promised, Promised__Output as _synod_v1_Promised__Output } from '../../synod/v1/Promised.js';
import type { Nacked as _synod_v1_Nacked, Nacked__Output as _synod_v1_Nacked__Output } from '../../synod/v1/Nacked.js';
import type { Accept as _synod_v1_Accept, Accept__Output as _synod_v1_Accept__Output } from '../../synod/v1/Accept.js';
import type { Accepted as _synod_v1_Accepted, Accepted__Output as _synod_v1_Accepted__Output } from '../../synod/v1/Accepted.js';
import type { Chosen as _synod_v1_Chosen, Chosen__Output as _synod_v1_Chosen__Output } from '../../synod/v1/Chosen.js';
import type { Fetch as _synod_v1_Fetch, Fetch__Output as _synod_v1_Fetch__Output } from '../../synod/v1/Fetch.js';
import type { Fetched as _synod_v1_Fetched, Fetched__Output as _synod_v1_Fetched__Output } from '../../synod/v1/Fetched.js';
import type { Confirm as _synod_v1_Confirm, Confirm__Output as _synod_v1_Confirm__Output } from '../../synod/v1/Confirm.js';
import type { Confirmed as _synod_v1_Confirmed, Confirmed__Output as _synod_v1_Confirmed__Output } from '../../synod/v1/Confirmed.js';
import type { Rejected as _synod_v1_Rejected, Rejected__Output as _synod_v1_Rejected__Output } from '../../synod/v1/Rejected.js';
import type { HandOver as _synod_v1_HandOver, HandOver__Output as _synod_v1_HandOver__Output } from '../../synod/v1/HandOver.js';

export interface PaxosMessage {
  'formatVersion'?: (number);
  'clusterId'?: (string);
  'groupId'?: (number);
  'from'?: (string);
  'to'?: (string);
  'storageId'?: (string);
  'poll'?: (_synod_v1_Poll | null);
  'pollReply'?: (_synod_v1_PollReply | null);
  'prepare'?: (_synod_v1_Prepare | null);
  'promised'?: (_synod_v1_Promised | null);
  'nacked'?: (_synod_v1_Nacked | null);
  'accept'?: (_synod_v1_Accept | null);
  'accepted'?: (_synod_v1_Accepted | null);
  'chosen'?: (_synod_v1_Chosen | null);
  'fetch'?: (_synod_v1_Fetch | null);
  'fetched'?: (_synod_v1_Fetched | null);
  'confirm'?: (_synod_v1_Confirm | null);
  'confirmed'?: (_synod_v1_Confirmed | null);
  'rejected'?: (_synod_v1_Rejected | null);
  'handOver'?: (_synod_v1_HandOver | null);
  'body'?: "poll"|"pollReply"|"prepare"|"promised"|"nacked"|"accept"|"accepted"|"chosen"|"fetch"|"fetched"|"confirm"|"confirmed"|"rejected"|"handOver";
}

export interface PaxosMessage__Output {
  'formatVersion': (number);
  'clusterId': (string);
  'groupId': (number);
  'from': (string);
  'to': (string);
  'storageId': (string);
  'poll'?: (_synod_v1_Poll__Output | null);
  'pollReply'?: (_synod_v1_PollReply__Output | null);
  'prepare'?: (_synod_v1_Prepare__Output | null);
  'promised'?: (_synod_v1_Promised__Output | null);
  'nacked'?: (_synod_v1_Nacked__Output | null);
  'accept'?: (_synod_v1_Accept__Output | null);
  'accepted'?: (_synod_v1_Accepted__Output | null);
  'chosen'?: (_synod_v1_Chosen__Output | null);
  'fetch'?: (_synod_v1_Fetch__Output | null);
  'fetched'?: (_synod_v1_Fetched__Output | null);
  'confirm'?: (_synod_v1_Confirm__Output | null);
  'confirmed'?: (_synod_v1_Confirmed__Output | null);
  'rejected'?: (_synod_v1_Rejected__Output | null);
  'handOver'?: (_synod_v1_HandOver__Output | null);
  'body'?: "poll"|"pollReply"|"prepare"|"promised"|"nacked"|"accept"|"accepted"|"chosen"|"fetch"|"fetched"|"confirm"|"confirmed"|"rejected"|"handOver";
}
