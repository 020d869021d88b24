// The package's door: MLflow's tracking REST, answered and handed on.
export { createMlflow } from './mlflow.ts'
export type { Mlflow, MlflowOptions } from './mlflow.ts'
export type { ArtifactPlace } from './artifact-place.ts'
export { insideOf, listed, partPrefix } from './artifact-place.ts'
export type { ArtifactFiles, Listed } from './artifact-files.ts'
export { secretIn } from './access.ts'
export { defaultExperiment, experimentIdOf } from './book/experiments.ts'
export { Fault, unknown } from './fault.ts'
export { isLater } from './book/run-state.ts'
export type { Library, MaybeLater } from './library.ts'
export { createReadingApp, isOfMlflow } from './reading-app.ts'
export { isOver } from './record.ts'
export type {
  Dataset,
  DatasetInput,
  Experiment,
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
