// Original file: synod/v1/schedule_service.proto


export interface PauseScheduleResponse {
  'changed'?: (boolean);
}

export interface PauseScheduleResponse__Output {
  'changed': (boolean);
}
