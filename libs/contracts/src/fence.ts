import type { FenceCheck, FencingToken, JobId } from '@synod/jobs';
import type { WireCheckFenceRequest, WireCheckFenceResponseInput } from '@synod/wire';
import { jobStates } from './enums.js';
import { fencingTokenFromString, fencingTokenToWire } from './integers.js';
import { jobIdFromWire } from './job-requests.js';

export interface FenceQuery {
  readonly jobId: JobId;
  readonly fencingToken: FencingToken;
}

/** Throws `invalidRequest` or `fencingTokenInvalid`. */
export function checkFenceFromWire(request: WireCheckFenceRequest): FenceQuery {
  return { jobId: jobIdFromWire(request), fencingToken: fencingTokenFromString(request.fencingToken) };
}

export function fenceCheckToWire({ current, newestToken, jobState }: FenceCheck): WireCheckFenceResponseInput {
  return {
    current,
    jobState: jobStates.toWire[jobState],
    ...(newestToken === undefined ? {} : { newestToken: fencingTokenToWire(newestToken) }),
  };
}
