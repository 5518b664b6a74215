// Original file: synod/v1/schedule_service.proto


export interface ResumeScheduleResponse {
  'changed'?: (boolean);
}

export interface ResumeScheduleResponse__Output {
  'changed': (boolean);
}
