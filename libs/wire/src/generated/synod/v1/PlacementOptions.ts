// Original file: synod/v1/job.proto


export interface PlacementOptions {
  'choices'?: (number);
  'loadFactorPercent'?: (number);
  'spreadLabel'?: (string);
}

export interface PlacementOptions__Output {
  'choices': (number);
  'loadFactorPercent': (number);
  'spreadLabel': (string);
}
