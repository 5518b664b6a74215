import type { LeaderLink } from '../leader/leader-link.js';
import type { CommandRoute } from './command-gateway.js';
import type { LeaderProposals } from './leader-proposals.js';

/** Into the own log: this node leads. */
export function ownLogRoute(proposals: LeaderProposals): CommandRoute {
  return {
    send: (commands, refused) => {
      proposals.submit(commands, (refusal) => {
        if (refusal !== undefined) refused({ overloaded: refusal.reason === 'overloaded' });
      });
    },
  };
}

/** Over the link to the leader. gRPC status RESOURCE_EXHAUSTED (8) tells that it sheds load. */
export function leaderLinkRoute(link: LeaderLink): CommandRoute {
  return {
    send: (commands, refused) => {
      link.sendCommands(commands).then(
        (response) => {
          if (response.error != null) refused({ overloaded: response.error.code === RESOURCE_EXHAUSTED });
        },
        () => {
          refused({ overloaded: false });
        },
      );
    },
  };
}

export const RESOURCE_EXHAUSTED = 8;
