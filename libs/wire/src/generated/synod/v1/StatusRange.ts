// Original file: synod/v1/job.proto


export interface StatusRange {
  'from'?: (number);
  'to'?: (number);
}

export interface StatusRange__Output {
  'from': (number);
  'to': (number);
}
