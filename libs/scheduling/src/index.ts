export { Planner } from './planner.js';
export type { PlannerOptions, PlannerView } from './planner.js';
export { showPlacement } from './preview/show-placement.js';
export type { PlacementQuestion, PlacementVerdict, PreferredWorker, ShownPlacement } from './preview/show-placement.js';
export { simulatePlacement } from './preview/simulate-placement.js';
export type { KeyMove, PlacementChange, SimulatedPlacement, WorkerEffect } from './preview/simulate-placement.js';
export { WorkerSpeeds } from './worker-speeds.js';
export type { ObservedAttempt, SlowWorker, SpeedView } from './worker-speeds.js';
