export { MUST_REACH, runCampaign } from './campaign.js';
export type { CampaignOptions, CampaignReport, MustReach } from './campaign.js';
export { Violation } from './checker.js';
export { simulate } from './run.js';
export type { RunModules, RunReport } from './run.js';
export type { SimulatedStateMachine, StateMachineFactory, Workload } from './state-machine.js';
