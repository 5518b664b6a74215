// Changes that change nothing.
import { consensus, control, edit } from '../mutant.mjs';

export const CONTROLS = [
  control({
    id: 'control-quorum-by-hand',
    title: 'a vote is counted by the other comparison, and promises are gathered in another order',
    edits: [
      edit(
        consensus('leader/phase2.ts'),
        'if (open.voters >= this.env.membership.phase2Quorum) open.chosen = true;',
        'if (!(open.voters < this.env.membership.phase2Quorum)) open.chosen = true;',
      ),
      edit(
        consensus('leader/phase1.ts'),
        'complete.push(this.ownReport());\n    return complete;',
        'return [this.ownReport(), ...complete].reverse();',
      ),
    ],
  }),
  control({
    id: 'control-outbox-by-hand',
    title: 'a covering token is computed in another way, and entries are walked in another loop',
    edits: [
      edit(
        consensus('outbox.ts'),
        'return this.writes.length > 0 ? this.issuedToken + 1 : this.issuedToken;',
        'return this.issuedToken + Math.min(1, this.writes.length);',
      ),
      edit(
        consensus('log.ts'),
        'if (entry !== undefined) entries.push(entry);',
        'if (entry === undefined) continue;\n      entries.push(entry);',
      ),
    ],
  }),
];
