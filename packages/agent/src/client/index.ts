// The client for training code in JavaScript and TypeScript: docs/typescript.md.
export { logArtifact } from './artifact.ts'
export type { ArtifactOptions } from './artifact.ts'
export { Context, createContext, inContext } from './context.ts'
export { logDataset } from './dataset.ts'
export type { DatasetOptions } from './dataset.ts'
export { FoldOperation, logModel, registerFinalMetric, saveModelVersion } from './facts.ts'
export type { ModelOptions, VersionOptions } from './facts.ts'
export { logCurrentExecutionTime, logMetric, logMetrics } from './metric.ts'
export type { MetricOptions, MetricValue } from './metric.ts'
export {
  logExecutionEndTime,
  logExecutionStartTime,
  logInput,
  logOutput,
  logParam,
  logParams,
} from './param.ts'
export type { EndpointOptions, ParamOptions } from './param.ts'
export { endRun, startRun } from './run.ts'
export type { EndOptions, Run, RunOptions } from './run.ts'
export { logExecutionCommand, logSourceCode } from './source.ts'
export { beginStep, step, steps, waiting } from './step.ts'
export type { Step, StepOptions } from './step.ts'
export { logCarbonMetrics, logFlopsPerBatch, logFlopsPerEpoch, logSystemMetrics } from './system.ts'
