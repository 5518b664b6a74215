/** Limits of a CommandGateway. */
export interface GatewayLimits {
  /** Span of the sequences that are sent and not settled, at most; well within the state machine's window of 4,096 replies. */
  readonly maxInFlight: number;
  /** Commands not settled, at most, sent or not; from there on those that may be shed are refused. */
  readonly maxPending: number;
  /** The same in bytes. */
  readonly maxPendingBytes: number;
  /** Bytes sent at once, at most, but one command at least: a message between coordinators may have 8 MiB. */
  readonly maxBatchBytes: number;
  /**
   * A command that was sent so long ago, and that later ones have overtaken, is sent again; so are all when nothing was settled
   * for so long. Routes tell what becomes of a batch, so this is for the case that one does not. Age alone is no reason: under
   * load everything is old, and repeating it would make that worse.
   */
  readonly resendAfterMs: number;
}

/** Whose session it is, and its limits. */
export interface GatewayOptions extends GatewayLimits {
  readonly groupId: number;
  readonly nodeId: string;
  readonly incarnation: number;
}

const MIB = 1024 * 1024;

export const DEFAULT_GATEWAY_LIMITS: GatewayLimits = {
  maxInFlight: 2_048,
  maxPending: 20_000,
  maxPendingBytes: 64 * MIB,
  maxBatchBytes: MIB,
  resendAfterMs: 2_000,
};

export interface ProposeOptions {
  readonly principal?: string;
  readonly traceContext?: string;
  /** Load may refuse it (submissions); reports, cancels and administration are never refused for load. */
  readonly sheddable: boolean;
  /** Gives up waiting after so long: `noLeader` or `overloaded` if it never left this process, else `outcomeUnknown`. */
  readonly timeoutMs?: number;
  /**
   * A decision that this leader takes from what it alone knows. It is not sent again, and never to another leader: by then
   * it would be out of date. Rejects with `outcomeUnknown` instead.
   */
  readonly once?: boolean;
}
