import { graph, reached, reader } from './reached.ts'
import type { Reached } from './reached.ts'

/** Of `limitsReached` those of the reader's answers. */
export const limitsOfReader: Readonly<Record<string, readonly Reached[]>> = {
  rankTextMax: [
    reached(
      `${graph}/rank-row.test.ts`,
      'a rank says in its row how far it has come, on what, and with which error it ended (rankTextMax)',
    ),
  ],
  silentAfterMs: [
    reached(
      `${reader}/life.test.ts`,
      'a run that is written elsewhere is alive while its lease is renewed, and silent after silentAfterMs',
    ),
  ],
  runsShownDefault: [
    reached(`${reader}/runs.test.ts`, 'of a thousand are listed, runsShownDefault on a page'),
  ],
  runsComparedMax: [
    reached('test/e2e/look.test.ts', 'gives the answer as it is, of up to eight runs, and refuses one'),
  ],
  curvesShownMax: [
    reached(
      `${reader}/curve.test.ts`,
      'of each rank is told for curvesShownMax of them, and the others are counted',
    ),
  ],
  patchComparedBytesMax: [
    reached(
      `${reader}/diff.test.ts`,
      'has the lines in which the kept diffs differ, of diffs that are not too large',
    ),
  ],
  eventsOfEndedMax: [reached(`${reader}/past.test.ts`, 'are no more than eventsOfEndedMax, the last ones')],
  lineageRunsMax: [
    reached(
      `${reader}/lineage.test.ts`,
      'goes through the graphs of lineageRunsMax runs, and names the others',
    ),
  ],
  lineageStepsMax: [
    reached(`${reader}/lineage.test.ts`, 'has no more than lineageStepsMax steps of one run'),
  ],
  elementsShownMax: [
    reached(`${reader}/graph.test.ts`, 'has no more than elementsShownMax elements, and counts the others'),
  ],
  // Of what it reads of a run that goes on.
  headRestMs: [
    reached('packages/aggregator/test/run/run-json.test.ts', 'run.json is written no sooner than headRestMs'),
  ],
  uiStreamsMax: [reached('packages/ui/test/api.test.ts', 'has no more live views than uiStreamsMax')],
}
