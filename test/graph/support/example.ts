import type { RunEntry } from '@provloom/rundir/entry'
import { hostMeasured, hostWatched } from './host.ts'
import { beginsUs, endOf, exampleOf, ranksOfHost, secondUs, sha256Of, startsOf } from './plan.ts'
import type { Example, ExampleOptions, Start } from './plan.ts'
import { codeStored, modelVersion, rankBegins, rankEnds, rankTrains } from './rank.ts'
import { placeOf, runId, Telling } from './telling.ts'
import type { Place } from './telling.ts'

const dayUs = 86_400 * secondUs

/** What a journal holds of it. */
export function exampleEntries(options: ExampleOptions): readonly RunEntry[] {
  const example = exampleOf(options)
  const telling = new Telling()
  opened(telling, example)
  let heardUs = beginsUs
  for (const start of startsOf(example)) heardUs = startTold(telling, example, start)
  telling.tell({ kind: 'closed', time: heardUs + secondUs, cause: 'ranks-ended' })
  return telling.entries
}

function opened(telling: Telling, { collected, ranks }: Example): void {
  telling.tell({
    kind: 'opened',
    time: beginsUs,
    runId,
    number: 0,
    ordinal: 0,
    jobKey: 'torchrun-digits',
    settings: {
      provUserNamespace: 'www.example.org',
      experimentName: 'digits',
      collectAllProcesses: collected === 'all',
      saveAfterNLogs: 100,
    },
    aggregator: { version: '0.1.0', host: 'node0', pid: 7 },
  })
  if (collected === 'all') return
  for (let rank = 1; rank < ranks; rank++) {
    telling.tell({ kind: 'refusal', time: beginsUs + rank, rank: placeOf(rank).rank })
  }
}

/** @returns when the last of it was heard */
function startTold(telling: Telling, example: Example, start: Start): number {
  for (const place of start.places) rankBegins(telling, example, start, place)
  for (const place of watchers(start)) hostWatched(telling, start, place)
  for (const place of start.places) rankTrains(telling, example, start, place)
  for (const place of start.places) {
    if (place.rank > 0 && !example.sweep) continue
    for (let version = 0; version < start.versions; version++) modelVersion(telling, start, place, version)
  }
  const endUs = endOf(start)
  const heardUs = example.fate === 'recovered' ? beginsUs + dayUs : endUs + secondUs
  if (example.fate === 'recovered')
    telling.tell({ kind: 'resumed', time: heardUs, aggregator: { version: '0.1.0', host: 'head', pid: 8 } })
  codeStored(telling, example, start, start.places[0]!)
  for (const place of watchers(start)) hostMeasured(telling, example, start, place, endUs)
  for (const place of start.places) rankEnds(telling, start, place, endUs, heardUs)
  sealed(telling, example, start)
  return heardUs + secondUs
}

/** Of each host the first rank there: its agent watches it. */
function watchers({ places }: Start): readonly Place[] {
  return places.filter(({ rank }) => rank % ranksOfHost === 0)
}

function sealed(telling: Telling, { series }: Example, { places, rows, attempt }: Start): void {
  const through = telling.entries.length
  const parts = Array.from({ length: attempt + 1 }, (_, i) => ({
    file: `metrics/part-${String(i).padStart(12, '0')}.parquet`,
    rows: places.length * series * rows,
    bytes: 4096 + places.length * series * rows * 5,
    sha256: sha256Of(`part ${i}`),
  }))
  telling.tell({ kind: 'parts', parts, through: through as Extract<RunEntry, { kind: 'parts' }>['through'] })
}
