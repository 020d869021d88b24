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
}
