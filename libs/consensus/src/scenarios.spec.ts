import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseScenario, ScenarioRunner } from './scenario.spec-support.js';

const folder = join(__dirname, '..', 'testdata');

/** With SYNOD_UPDATE_SCENARIOS=1 the files are written anew from what happens; read the difference before keeping it. */
const update = process.env['SYNOD_UPDATE_SCENARIOS'] === '1';

describe('scenarios', () => {
  it.each(readdirSync(folder).sort())('%s happens as written', (file) => {
    const path = join(folder, file);
    const scenario = parseScenario(readFileSync(path, 'utf8'));
    const runner = new ScenarioRunner();
    const found = scenario.commands.map(({ line }) => runner.run(line));
    if (update) return writeFileSync(path, scenario.render(found));
    expect(found.map((output, index) => `${scenario.commands[index]?.line}\n${output}`)).toEqual(
      scenario.commands.map(({ line, expected }) => `${line}\n${expected}`),
    );
  });
});
