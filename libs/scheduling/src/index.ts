export { Planner } from './planner.js';
export type { PlannerOptions } from './planner.js';
