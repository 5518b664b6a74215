// Original file: synod/v1/agent_service.proto

import type { GetJobLogsResponse as _synod_v1_GetJobLogsResponse, GetJobLogsResponse__Output as _synod_v1_GetJobLogsResponse__Output } from '../../synod/v1/GetJobLogsResponse.js';

export interface PushLogsRequest {
  'tailId'?: (string);
  'chunk'?: (_synod_v1_GetJobLogsResponse | null);
}

export interface PushLogsRequest__Output {
  'tailId': (string);
  'chunk': (_synod_v1_GetJobLogsResponse__Output | null);
}
