import type { HeadFile, HeadMetric, RunHead } from '@provloom/rundir'
import type { Ledger, RowMetric, RunRow } from '../answer/runs.ts'
import type { KnownRun } from '../folder/folder.ts'
import { lifeOf } from '../folder/life.ts'
import { sizeOf } from '../folder/size.ts'
import { metricId } from '../metric-id.ts'
import { quietOf } from '../run/rhythm.ts'
import { paramWords } from './query.ts'

export function rowOf(run: KnownRun, size: boolean): RunRow {
  const { name, file, directory } = run
  const { head } = file
  const model = head === undefined ? undefined : modelOf(head)
  const quiet = quietOf(run)
  const script = head?.command === undefined ? undefined : scriptOf(head.command)
  return {
    run: name,
    runId: file.runId,
    experiment: file.settings.experimentName,
    ...(file.runName === undefined ? {} : { runName: file.runName }),
    status: file.status,
    finished: run.finished,
    startTime: file.startTime,
    endTime: file.endTime,
    life: lifeOf(run),
    ...(quiet === undefined ? {} : { quiet }),
    worldSize: file.worldSize,
    ranks: statusesOf(run),
    params: Object.fromEntries((head?.params.shown ?? []).map((one) => [paramWords(one), one.value])),
    metrics: Object.fromEntries((head?.metrics.shown ?? []).map((one) => [metricId(one), metricOf(one)])),
    ledger: ledgerOf(run),
    energy: head?.energy ?? [],
    notMeasured: head?.notMeasured ?? [],
    ...(head?.source === undefined ? {} : { source: head.source }),
    ...(script === undefined ? {} : { script }),
    ...(model === undefined ? {} : { model }),
    ...(head?.finding === undefined ? {} : { finding: head.finding }),
    more: { params: head?.params.more ?? 0, metrics: head?.metrics.more ?? 0 },
    ...(size ? { size: sizeOf(directory) } : {}),
  }
}

/** A module by its name; of `bash -c ...` and the like there is none. */
export function scriptOf(command: readonly string[]): string | undefined {
  const module = command.indexOf('-m')
  const script = command.find((word) => /^[^-].*\.[a-z]\w{0,3}$/i.test(word) && !/\s/.test(word))
  const at = script === undefined ? -1 : command.indexOf(script)
  if (module > 0 && (at < 0 || module < at)) return command[module + 1]
  return script?.replace(/^.*\//, '')
}

export function ledgerOf({ file: { ledger } }: KnownRun): Ledger {
  const { sent, stored, dropped } = ledger.total
  return { sent: Number(sent), stored: Number(stored), dropped: Number(dropped) }
}

/** How many ranks stand how, by the last attempt of each. */
export function statusesOf({ file: { ledger } }: KnownRun): Record<string, number> {
  const last = new Map<number, string>(ledger.ranks.map(({ rank, status }) => [rank, status]))
  for (const rank of ledger.absent) if (!last.has(rank)) last.set(rank, 'absent')
  const statuses: Record<string, number> = {}
  for (const status of last.values()) statuses[status] = (statuses[status] ?? 0) + 1
  return statuses
}

/** The last model or checkpoint, else the last file that was made. */
export function modelOf({ outputs: { shown } }: RunHead): HeadFile | undefined {
  return shown.find(({ kind }) => kind === 'model' || kind === 'checkpoint') ?? shown[0]
}

function metricOf({
  key,
  context,
  source,
  unit,
  measured,
  last,
  min,
  max,
  lastStep,
  spark,
}: HeadMetric): RowMetric {
  return {
    key,
    ...(context === undefined ? {} : { context }),
    ...(source === undefined ? {} : { source }),
    ...(unit === undefined ? {} : { unit }),
    ...(measured === undefined ? {} : { measured }),
    last,
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    lastStep,
    ...(spark === undefined ? {} : { spark }),
  }
}
