import { limits } from '@provloom/shared'
import type { RunsAnswer, RunsQuery } from '../answer/runs.ts'
import type { Folder, KnownRun } from '../folder/folder.ts'
import { bad, readQuery } from './query.ts'
import { rowOf } from './row.ts'
import { sorted } from './sort.ts'

/** @throws {ProvloomError} `BAD_QUERY`, `FILE_UNREADABLE` */
export function answerRuns(folder: Folder, query: RunsQuery): RunsAnswer {
  const { fits, sort } = readQuery(query.query ?? '')
  const { runs, unreadable } = folder.look()
  const meant = sorted(runs.filter(fits), query.sort ?? sort)
  const begin = query.after === undefined ? 0 : placeBehind(meant, query.after)
  const limit = query.limit ?? limits.runsShownDefault
  if (!Number.isInteger(limit) || limit < 1) throw bad(String(limit), 'the limit is no count')
  const shown = meant.slice(begin, begin + limit)
  const last = shown.at(-1)
  return {
    ...(last === undefined || begin + limit >= meant.length ? {} : { cursor: last.file.runId }),
    total: runs.length,
    matched: meant.length,
    runs: shown.map((run) => rowOf(run, query.size === true)),
    unreadable,
  }
}

/** Runs that have come since move no page: a page begins behind the last run of the one before. */
function placeBehind(runs: readonly KnownRun[], after: string): number {
  const place = runs.findIndex(({ file }) => file.runId === after)
  if (place < 0) throw bad(after, 'the run that the page before ended with is not there any more')
  return place + 1
}
