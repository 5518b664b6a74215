// Original file: synod/v1/agent_service.proto

import type { AttemptRef as _synod_v1_AttemptRef, AttemptRef__Output as _synod_v1_AttemptRef__Output } from '../../synod/v1/AttemptRef.js';
import type { Long } from '@grpc/proto-loader';

export interface Hello {
  'workerId'?: (string);
  'incarnation'?: (number | string | Long);
  'labels'?: ({[key: string]: string});
  'capacity'?: (number);
  'runsExec'?: (boolean);
  'handlers'?: (string)[];
  'version'?: (string);
  'host'?: (string);
  'held'?: (_synod_v1_AttemptRef)[];
  'runsHttp'?: (boolean);
}

export interface Hello__Output {
  'workerId': (string);
  'incarnation': (string);
  'labels': ({[key: string]: string});
  'capacity': (number);
  'runsExec': (boolean);
  'handlers': (string)[];
  'version': (string);
  'host': (string);
  'held': (_synod_v1_AttemptRef__Output)[];
  'runsHttp': (boolean);
}
