import { addFlags, InformationRequested, nearestName, option, resolveFlags, UsageCommand } from './index.js';

const GLOBALS = { output: option.choice({ summary: 'Form', choices: ['text', 'json'], default: 'text' }) };

function program(seen: unknown[]): UsageCommand {
  const root = new UsageCommand('synod');
  addFlags(root, GLOBALS);
  const job = root.command('job').description('One job');
  const show = job.command('show <jobId>').action((jobId: string) => {
    seen.push([jobId, resolveFlags(root, GLOBALS, { env: { SYNOD_OUTPUT: 'json' } }).output]);
  });
  addFlags(show, { wait: option.boolean({ summary: 'Wait' }) });
  return root;
}

describe('a program of commands', () => {
  it('runs the action with global options, from flag or variable', async () => {
    const seen: unknown[] = [];
    await program(seen).run(['--output', 'text', 'job', 'show', 'j1']);
    await program(seen).run(['job', 'show', 'j2']);
    expect(seen).toEqual([
      ['j1', 'text'],
      ['j2', 'json'],
    ]);
  });

  it.each([
    [['jbo'], { code: 'unknownCommand', suggestion: 'job' }],
    [['job', 'shwo'], { code: 'unknownCommand', suggestion: 'show' }],
    [['job', 'show', '--wiat', 'j1'], { code: 'unknownFlag', suggestion: '--wait' }],
    [['job', 'show', 'j1', '--outptu', 'json'], { code: 'unknownFlag', suggestion: '--output' }],
    [['job', 'show'], { code: 'missingValue' }],
    [['job', 'show', 'j1', 'j2'], { code: 'unexpectedArgument', option: 'j2' }],
    [[], { code: 'unknownCommand' }],
  ])('%j is refused: %j', async (argv, facts) => {
    await expect(program([]).run(argv)).rejects.toMatchObject({ facts, exitStatus: 2 });
  });

  it('help of a subcommand is output, not an error', async () => {
    const error = await program([])
      .run(['job', 'show', '--help'])
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(InformationRequested);
    expect((error as InformationRequested).output).toContain('synod job show');
  });
});

describe('nearest name', () => {
  it('takes swapped neighbours for one edit and gives nothing when all are far', () => {
    expect(nearestName('wiat', ['cancel', 'wait'])).toBe('wait');
    expect(nearestName('frobnicate', ['cancel', 'wait'])).toBeUndefined();
  });
});
