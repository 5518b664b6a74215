import { advice, EXIT_STATUS } from './death.js';

describe('the end of a coordinator that must not go on', () => {
  it('each cause says in one line what to do, and names the reason', () => {
    for (const cause of ['invariantBroken', 'persistFailed', 'storageIdRefused', 'stateDiffers'] as const) {
      const text = advice('c2', 'the reason', cause);
      expect(text).toContain('the reason');
      expect(text).not.toContain('\n');
    }
    expect(advice('c2', 'x', 'storageIdRefused')).toMatch(/c2 .*new --id as a new member/);
    expect(advice('c2', 'x', 'persistFailed')).toContain('look at the disk');
  });

  it('statuses of causes that a restart does not mend are told apart from any other end', () => {
    expect(EXIT_STATUS).toEqual({ storageIdRefused: 3, stateDiffers: 4 });
  });
});
