// The package's door: MLflow's tracking REST, answered and handed on.
export { createMlflow } from './mlflow.ts'
export type { Mlflow, MlflowOptions } from './mlflow.ts'
export type { ArtifactPlace } from './artifact-place.ts'
export { partPrefix } from './routes/artifacts.ts'
export { isOver } from './record.ts'
export type {
  Dataset,
  DatasetInput,
  LifecycleStage,
  LoggedModel,
  Metric,
  ModelOutput,
  ModelStatus,
  Pair,
  RunInfo,
  RunStatus,
  RunView,
} from './record.ts'
export { Forwarder } from './forward/forwarder.ts'
export type { ForwarderOptions, HandedOn } from './forward/forwarder.ts'
export { handOnKept, keptForServers, outboxesOf } from './forward/kept.ts'
export type { KeptForServer } from './forward/kept.ts'
export { isServerUri, openServer } from './forward/server.ts'
export type { Server } from './forward/server.ts'
export type { Owner } from './forward/entry.ts'
export type { Said } from './said.ts'
export type { Beginning, Connection, FormerRun, Recorder, Recorders } from './recorder.ts'
