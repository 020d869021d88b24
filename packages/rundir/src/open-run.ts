import fs from 'node:fs'
import path from 'node:path'
import { ProvloomError, reasonOf, systemCode } from '@provloom/shared'
import { filesOf } from './layout.ts'
import type { Ribbon } from './curve/ribbon.ts'
import type { SeriesBuckets } from './read/curve-file.ts'
import type { CurveAsk } from './read/curve-ask.ts'
import type { Curves } from './read/curves.ts'
import type { RunKept } from './read/kept.ts'
import type { MetricCount } from './read/metrics.ts'
import type { PointsOfSeries, SeriesName, Steps, Which } from './read/which.ts'
import type { MetricName } from './series/series-table.ts'
import { readStoredRun } from './stored-run.ts'
import type { StoredRun } from './stored-run.ts'

/** A run directory to be read, while the run goes on too. Nothing in it is ever changed. */
export interface RunReader extends StoredRun {
  /** Absolute path. */
  readonly directory: string
  /** For `openRun` alone. */
  readonly kept: { run: Promise<RunKept> | undefined }
  /**
   * The series that are meant, all unless told, with how many points there are of each.
   *
   * @throws {ProvloomError} `FILE_UNREADABLE` for parts or a journal that cannot be read
   */
  series(which?: Which): Promise<(SeriesName & { readonly points: number })[]>
  /**
   * Its metrics, with how many points of how many ranks there are; of one that is only declared none.
   *
   * @throws {ProvloomError} `FILE_UNREADABLE` for parts or a journal that cannot be read
   */
  metrics(): Promise<MetricCount[]>
  /**
   * Their points, each once: columns of one series at a time, those in Parquet parts before those in the journal. Of parts
   * is read what may hold points that are meant.
   *
   * @param steps all of them unless told
   * @throws {ProvloomError} `FILE_UNREADABLE` for parts or a journal that cannot be read
   */
  points(which?: Which, steps?: Steps): AsyncGenerator<PointsOfSeries>
  /**
   * The curves of a metric's series in buckets, all of one width: from the curve files where there are some, and else, and
   * where narrower ones are asked for, from the points.
   *
   * @throws {ProvloomError} `FILE_UNREADABLE` for parts or a journal that cannot be read
   */
  curves(ask: CurveAsk): Promise<Curves<SeriesBuckets[]>>
  /** The metrics that curve files hold, with how many points of how many series. */
  curveMetrics(): Promise<(MetricName & { readonly points: number; readonly series: number })[]>
  /** The ribbon of a metric over its ranks, in the same way. */
  ribbon(ask: Omit<CurveAsk, 'rank'>): Promise<Curves<Ribbon>>
}

/**
 * Opens a run directory.
 *
 * @param before the same one, opened earlier: what that has read and is as it was is not read again
 * @throws {ProvloomError} `FILE_UNREADABLE` when it has no run.json, or one of another format
 */
export function openRun(directory: string, before?: Pick<RunReader, 'kept'>): RunReader {
  return readerOf(readStoredRun(directory), before?.kept)
}

/** Of a save directory: its runs that can be read, and why others cannot. */
export interface RunList {
  readonly runs: readonly RunReader[]
  readonly unreadable: readonly { readonly directory: string; readonly reason: string }[]
}

/**
 * The runs of a save directory, the last one begun first.
 *
 * @throws {ProvloomError} `FILE_UNREADABLE` when the directory cannot be read
 */
export function listRuns(saveDir: string): RunList {
  const runs: RunReader[] = []
  const unreadable: { directory: string; reason: string }[] = []
  for (const name of namesIn(saveDir)) {
    const directory = path.join(path.resolve(saveDir), name)
    try {
      if (isRunDirectory(directory)) runs.push(openRun(directory))
    } catch (error) {
      unreadable.push({
        directory,
        reason: reasonOf(error instanceof ProvloomError ? (error.cause ?? error) : error),
      })
    }
  }
  const began = ({ file }: RunReader): string => file.startTime
  runs.sort((a, b) => (began(a) < began(b) ? 1 : began(a) > began(b) ? -1 : b.file.number - a.file.number))
  return { runs, unreadable }
}

function readerOf(stored: StoredRun, kept: RunReader['kept'] = { run: undefined }): RunReader {
  const directory = stored.facts.runDir
  const known = (): Promise<RunKept> =>
    (kept.run ??= import('./read/kept.ts').then(({ RunKept }) => new RunKept(directory)))
  // A page asks for a dozen curves at once: memory is that of one of them.
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(ask: () => Promise<T>): Promise<T> => {
    const answer = last.then(ask)
    last = answer.catch(() => {})
    return answer
  }
  return {
    ...stored,
    directory,
    kept,
    // What reads Parquet and journals is loaded by who asks for it.
    async series(which = {}) {
      const { seriesOf } = await import('./read/points.ts')
      return seriesOf((await known()).rows, which)
    },
    metrics: async () => (await known()).metrics.now(),
    async *points(which = {}, steps) {
      const { pointsOf } = await import('./read/points.ts')
      yield* pointsOf((await known()).rows, which, steps)
    },
    async curves(ask) {
      const { curvesOf } = await import('./read/curves.ts')
      return inTurn(async () => curvesOf(await known(), ask))
    },
    async curveMetrics() {
      const { curveMetricsOf } = await import('./read/curves.ts')
      return curveMetricsOf(await known())
    },
    async ribbon(ask) {
      const { ribbonOfRun } = await import('./read/curves.ts')
      return inTurn(async () => ribbonOfRun(await known(), ask))
    },
  }
}

/** @throws what keeps us from looking; an error where all of a run is there but its run.json */
function isRunDirectory(directory: string): boolean {
  const { runJson, provJson, journal } = filesOf(directory)
  if (isThere(runJson)) return true
  if (isThere(provJson) || isThere(journal)) throw new Error('it has no run.json')
  return false
}

/** A link that leads nowhere is there. @throws the system's error where that cannot be seen */
function isThere(file: string): boolean {
  try {
    fs.lstatSync(file)
    return true
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return false
    throw error
  }
}

function namesIn(saveDir: string): string[] {
  try {
    return fs.readdirSync(saveDir)
  } catch (error) {
    throw new ProvloomError('FILE_UNREADABLE', `${saveDir} cannot be read`, {
      doing: 'list the runs',
      to: saveDir,
      cause: error,
      hint: 'Name the folder that runs are saved in, such as prov.',
    })
  }
}
