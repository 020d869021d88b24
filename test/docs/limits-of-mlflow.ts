import { reached } from './reached.ts'
import type { Reached } from './reached.ts'

/** Of the door for MLflow's clients. */
export const limitsOfMlflow: Readonly<Record<string, readonly Reached[]>> = {
  mlflowBodyBytesMax: [
    reached(
      'packages/mlflow/test/server.test.ts',
      'of more than mlflowBodyBytesMax is refused, and one of nearly that is taken',
    ),
  ],
  mlflowRunsMax: [
    reached(
      'packages/mlflow/test/book.test.ts',
      'of more than mlflowRunsMax runs the oldest that has ended is not known any more',
    ),
  ],
  mlflowFileRoomBytes: [
    reached(
      'packages/mlflow/test/server.test.ts',
      'with less room than mlflowFileRoomBytes a client sends its files, and one that is not kept ends no script',
    ),
  ],
  mlflowConnectionsMax: [
    reached('packages/mlflow/test/server.test.ts', 'has at most mlflowConnectionsMax connections at once'),
  ],
  mlflowFormerPointsMax: [
    reached(
      'packages/cli/test/launch/read-points.test.ts',
      'of more values than mlflowFormerPointsMax the last ones are given, in the order of their time',
    ),
  ],
  mlflowForwardBytesMax: [
    reached(
      'packages/mlflow/test/forward.test.ts',
      'of more than mlflowForwardBytesMax that waits what comes later is not handed on, and told',
    ),
  ],
  mlflowForwardTriesMax: [
    reached(
      'packages/mlflow/test/forward.test.ts',
      'a request that a server fails at mlflowForwardTriesMax times holds up no other',
    ),
  ],
  mlflowForwardEndMs: [
    reached(
      'packages/mlflow/test/forward.test.ts',
      'a server that takes its time is given up after mlflowForwardEndMs, and what is left is kept',
    ),
  ],
  mlflowPointsReadMax: [
    reached(
      'packages/ui/test/mlflow.test.ts',
      'the last value of a metric of several ranks is MLflow’s; of more values than mlflowPointsReadMax it is the record’s',
    ),
  ],
}
