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
export type { Beginning, Connection, FormerRun, Recorder, Recorders } from './recorder.ts'
