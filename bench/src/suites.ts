import { callSuite } from './call/suite.ts'
import { graphSuite } from './graph/suite.ts'
import { ingestSuite } from './ingest/suite.ts'
import { mlflowSuite } from './mlflow/suite.ts'
import { connectionsSuite } from './paced/connections.ts'
import { pacedSuite } from './paced/suite.ts'
import { partsSuite } from './parts/suite.ts'
import { provSuite } from './prov/suite.ts'
import { agentSuite } from './rank/agent.ts'
import { backlogSuite } from './rank/backlog.ts'
import { stepSuite } from './rank/step.ts'
import { watchSuite } from './rank/watch.ts'
import { codecSuite } from './raw/suite.ts'
import { scalingSuite } from './scaling/suite.ts'
import type { Suite } from './suite.ts'

/** In the order of the table. */
export const suites: readonly Suite[] = [
  callSuite,
  mlflowSuite,
  codecSuite,
  ingestSuite,
  pacedSuite,
  connectionsSuite,
  scalingSuite,
  partsSuite,
  backlogSuite,
  agentSuite,
  stepSuite,
  watchSuite,
  provSuite,
  graphSuite,
]
