import { rollingRestartWorld, styleOf } from './rolling-restart.js';

jest.setTimeout(120_000);

/** As many as a test has time for; `npm test` restarts 200 with the built simulator, which is several times as fast. */
const WORKERS = 24;
const world = rollingRestartWorld(WORKERS);

describe(`${String(WORKERS)} agents restarted one after the other under load`, () => {
  it('drained: what runs ends where it runs; nothing is lost, and nothing starts twice', async () => {
    expect(styleOf(21)).toBe('drained');
    const { failure, events } = await world.simulate(world.plan(21));
    expect(failure).toBeUndefined();
    expect(events['agentRestartedInOrder']).toBe(WORKERS);
  });

  it('kept: their guards keep what runs for the next agent; nothing is lost, and nothing starts twice', async () => {
    expect(styleOf(22)).toBe('kept');
    const { failure, events } = await world.simulate(world.plan(22));
    expect(failure).toBeUndefined();
    expect(events['agentAdoptedAttempts']).toBeGreaterThan(2);
  });

  it('drained in a hurry: what has not ended in time runs again elsewhere, but for what may run at most once', async () => {
    expect(styleOf(23)).toBe('hurried');
    const { failure, events } = await world.simulate(world.plan(23));
    expect(failure).toBeUndefined();
    expect(events['jobRunAgainAfterLoss']).toBeGreaterThan(2);
  });
});
