import { callSuite } from './call/suite.ts'
import { provSuite } from './prov/suite.ts'
import type { Suite } from './suite.ts'

/** In the order of the table. */
export const suites: readonly Suite[] = [callSuite, provSuite]
