// Original file: synod/v1/agent_service.proto

import type { Assignment as _synod_v1_Assignment, Assignment__Output as _synod_v1_Assignment__Output } from '../../synod/v1/Assignment.js';

export interface Assignments {
  'assignments'?: (_synod_v1_Assignment)[];
}

export interface Assignments__Output {
  'assignments': (_synod_v1_Assignment__Output)[];
}
