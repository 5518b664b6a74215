// Original file: synod/v1/job.proto

import type { Ulimit as _synod_v1_Ulimit, Ulimit__Output as _synod_v1_Ulimit__Output } from '../../synod/v1/Ulimit.js';
import type { LimitsPolicy as _synod_v1_LimitsPolicy, LimitsPolicy__Output as _synod_v1_LimitsPolicy__Output } from '../../synod/v1/LimitsPolicy.js';
import type { Long } from '@grpc/proto-loader';

export interface ExecLimits {
  'umask'?: (number);
  'ulimits'?: (_synod_v1_Ulimit)[];
  'memoryMaxBytes'?: (number | string | Long);
  'cpuMaxPercent'?: (number);
  'pidsMax'?: (number);
  'policy'?: (_synod_v1_LimitsPolicy);
  '_umask'?: "umask";
}

export interface ExecLimits__Output {
  'umask'?: (number);
  'ulimits': (_synod_v1_Ulimit__Output)[];
  'memoryMaxBytes': (string);
  'cpuMaxPercent': (number);
  'pidsMax': (number);
  'policy': (_synod_v1_LimitsPolicy__Output);
  '_umask'?: "umask";
}
