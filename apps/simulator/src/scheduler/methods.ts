import { services } from '@synod/wire';

/** The calls that the simulation carries. */
export const METHODS = {
  session: services.AgentService.service.Session,
  heartbeat: services.AgentService.service.Heartbeat,
  guardEnded: services.AgentService.service.ReportGuardEnded,
  forward: services.PaxosService.service.Forward,
  fetchSnapshot: services.PaxosService.service.FetchSnapshot,
  fetchHistory: services.PaxosService.service.FetchHistory,
  submit: services.JobService.service.SubmitJobs,
  cancel: services.JobService.service.CancelJob,
  getJob: services.JobService.service.GetJob,
  setSchedule: services.ScheduleService.service.SetSchedule,
  pauseSchedule: services.ScheduleService.service.PauseSchedule,
  setQueue: services.QueueService.service.SetQueue,
} as const;
