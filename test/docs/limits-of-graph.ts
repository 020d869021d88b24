import { graph, head, ofAnything, reached } from './reached.ts'
import type { Reached } from './reached.ts'

const tests = `${graph}/limits.test.ts`

/** Of the graph alone. */
export const limitsOfGraph: Readonly<Record<string, readonly Reached[]>> = {
  bystandersMax: [
    reached(tests, 'ranks that are not collected and did not end well are told of up to bystandersMax'),
  ],
  contextDepthMax: [
    reached(tests, 'a context is inside contextDepthMax others, and is told when it is deeper'),
  ],
  groupsOfRankMax: [reached(tests, 'a rank is in groupsOfRankMax process groups, and further ones are told')],
  hostFactsMax: [reached(tests, 'a machine is told of by hostFactsMax different descriptions at the most')],
  headBytesMax: [reached(head, 'fits into its bytes (headBytesMax), and counts what does not')],
  headParamsMax: [reached(head, ofAnything)],
  headMetricsMax: [reached(head, ofAnything)],
  headSparksMax: [
    reached(head, 'shows what people look at first before what else is logged, and what agents measure last'),
  ],
  headFilesMax: [reached(head, ofAnything)],
  headHostsMax: [reached(head, ofAnything)],
}
