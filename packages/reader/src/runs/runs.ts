import { limits } from '@provloom/shared'
import type { RunsAnswer, RunsQuery } from '../answer/runs.ts'
import type { Folder, KnownRun } from '../folder/folder.ts'
import { bad, readQuery, valueOf } from './query.ts'
import { rowOf } from './row.ts'
import { isColumn, sorted } from './sort.ts'

/** @throws {ProvloomError} `BAD_QUERY`, `FILE_UNREADABLE` */
export function answerRuns(folder: Folder, query: RunsQuery): RunsAnswer {
  const { fits, sort, names } = readQuery(query.query ?? '')
  const { runs, unreadable } = folder.look()
  const key = query.sort ?? sort
  const meant = sorted(runs.filter(fits), key)
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
    unknown: unknownOf(runs, names, key),
    abridged: runs.filter(({ file: { head } }) => (head?.params.more ?? 0) + (head?.metrics.more ?? 0) > 0)
      .length,
  }
}

/** Names that say nothing of any run: most likely they are misspelt. */
function unknownOf(runs: readonly KnownRun[], names: readonly string[], sort: string | undefined): string[] {
  if (runs.length === 0) return []
  const key = sort?.replace(/^-/, '')
  const all = [...new Set([...names, ...(key === undefined || isColumn(key) ? [] : [key])])]
  return all.filter((name) =>
    runs.every(({ file: { head } }) => head === undefined || valueOf(head, name) === undefined),
  )
}

/** Runs that have come since move no page: a page begins behind the last run of the one before. */
function placeBehind(runs: readonly KnownRun[], after: string): number {
  const place = runs.findIndex(({ file }) => file.runId === after)
  if (place < 0) throw bad(after, 'the run that the page before ended with is not there any more')
  return place + 1
}
