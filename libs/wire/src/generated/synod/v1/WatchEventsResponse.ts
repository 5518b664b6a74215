// Original file: synod/v1/job_service.proto

import type { Event as _synod_v1_Event, Event__Output as _synod_v1_Event__Output } from '../../synod/v1/Event.js';

export interface WatchEventsResponse {
  'events'?: (_synod_v1_Event)[];
  'cursor'?: (string);
}

export interface WatchEventsResponse__Output {
  'events': (_synod_v1_Event__Output)[];
  'cursor': (string);
}
