import { ProgressBar } from './progress.js';

function bench(terminal: { isTTY?: boolean; columns?: number; env?: Record<string, string> }) {
  let text = '';
  const { env = {}, ...rest } = terminal;
  const sink = { ...rest, write: (data: string | Uint8Array) => ((text += String(data)), true) };
  return { bar: new ProgressBar(sink, env, 4, 'jobs have ended'), text: () => text };
}

describe('a progress bar', () => {
  it('fills on a terminal, makes room for a line and comes back', () => {
    const { bar, text } = bench({ isTTY: true, columns: 100 });
    bar.update(1);
    bar.hide();
    bar.hide();
    bar.update(4, '1 failed');
    expect(text()).toBe(
      `\r\u001b[K${'█'.repeat(6)}${'░'.repeat(18)} 1/4 jobs have ended\r\u001b[K\r\u001b[K${'█'.repeat(24)} 4/4 jobs have ended, 1 failed`,
    );
  });

  it('is never wider than the terminal', () => {
    const { bar, text } = bench({ isTTY: true, columns: 30 });
    bar.update(2);
    expect(text()).toHaveLength('\r\u001b[K'.length + 29);
  });

  it.each([[{ isTTY: false }], [{}], [{ isTTY: true, env: { TERM: 'dumb' } }]])('writes nothing to %j', (terminal) => {
    const { bar, text } = bench(terminal);
    bar.update(2);
    bar.hide();
    expect(text()).toBe('');
  });
});
