import { services } from '@synod/wire';

type Agent = typeof services.AgentService.service;
type Paxos = typeof services.PaxosService.service;
type Job = typeof services.JobService.service;
type Schedule = typeof services.ScheduleService.service;
type Queue = typeof services.QueueService.service;

/** The calls that the simulation carries. */
interface Methods {
  readonly session: Agent['Session'];
  readonly heartbeat: Agent['Heartbeat'];
  readonly guardEnded: Agent['ReportGuardEnded'];
  readonly forward: Paxos['Forward'];
  readonly fetchSnapshot: Paxos['FetchSnapshot'];
  readonly fetchHistory: Paxos['FetchHistory'];
  readonly submit: Job['SubmitJobs'];
  readonly cancel: Job['CancelJob'];
  readonly getJob: Job['GetJob'];
  readonly retryJob: Job['RetryJob'];
  readonly changeJob: Job['ChangeJob'];
  readonly watchEvents: Job['WatchEvents'];
  readonly setSchedule: Schedule['SetSchedule'];
  readonly deleteSchedule: Schedule['DeleteSchedule'];
  readonly pauseSchedule: Schedule['PauseSchedule'];
  readonly resumeSchedule: Schedule['ResumeSchedule'];
  readonly triggerSchedule: Schedule['TriggerSchedule'];
  readonly setQueue: Queue['SetQueue'];
  readonly pauseQueue: Queue['PauseQueue'];
  readonly resumeQueue: Queue['ResumeQueue'];
  readonly redriveQueue: Queue['RedriveQueue'];
}

export const METHODS: Methods = {
  session: services.AgentService.service.Session,
  heartbeat: services.AgentService.service.Heartbeat,
  guardEnded: services.AgentService.service.ReportGuardEnded,
  forward: services.PaxosService.service.Forward,
  fetchSnapshot: services.PaxosService.service.FetchSnapshot,
  fetchHistory: services.PaxosService.service.FetchHistory,
  submit: services.JobService.service.SubmitJobs,
  cancel: services.JobService.service.CancelJob,
  getJob: services.JobService.service.GetJob,
  retryJob: services.JobService.service.RetryJob,
  changeJob: services.JobService.service.ChangeJob,
  watchEvents: services.JobService.service.WatchEvents,
  setSchedule: services.ScheduleService.service.SetSchedule,
  deleteSchedule: services.ScheduleService.service.DeleteSchedule,
  pauseSchedule: services.ScheduleService.service.PauseSchedule,
  resumeSchedule: services.ScheduleService.service.ResumeSchedule,
  triggerSchedule: services.ScheduleService.service.TriggerSchedule,
  setQueue: services.QueueService.service.SetQueue,
  pauseQueue: services.QueueService.service.PauseQueue,
  resumeQueue: services.QueueService.service.ResumeQueue,
  redriveQueue: services.QueueService.service.RedriveQueue,
};
