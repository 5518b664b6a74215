// Original file: synod/v1/placement_service.proto


export interface KeyMove {
  'key'?: (string);
  'from'?: (string);
  'to'?: (string);
}

export interface KeyMove__Output {
  'key': (string);
  'from': (string);
  'to': (string);
}
