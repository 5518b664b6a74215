import type { LeaderLink } from '../leader/leader-link.js';
import type { CommandRoute } from './command-route.js';
import type { LeaderProposals } from './leader-proposals.js';

/** Into the own log: this node leads. */
export function ownLogRoute(proposals: LeaderProposals): CommandRoute {
  return {
    send: (commands, told) => {
      proposals.submit(commands, told);
    },
  };
}

/** gRPC status by which a leader says that it proposed none of a batch. */
export const RESOURCE_EXHAUSTED = 8;

/** Over the link to the leader. */
export function leaderLinkRoute(link: LeaderLink): CommandRoute {
  return {
    send: (commands, told) => {
      link.sendCommands(commands).then(
        ({ error }) => {
          if (!error) told('applied');
          else told(error.code === RESOURCE_EXHAUSTED ? 'shed' : 'unknown');
        },
        () => {
          told('unknown');
        },
      );
    },
  };
}
