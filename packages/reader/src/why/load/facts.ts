import type { HeadFile } from '@provloom/rundir'
import type { Life } from '../../answer/life.ts'
import type { Unread } from '../../answer/error.ts'
import type { RunDocument } from '../../document/document.ts'
import type { KnownFile } from '../../folder/known-file.ts'
import type { MetricName } from '../../metric-id.ts'
import { rhythmOf } from '../../run/rhythm.ts'
import type { WhyFacts } from '../facts.ts'
import { eachOnce, readOr } from '../../unread.ts'
import { differingOf } from './differing.ts'
import { nanOf } from './nan.ts'
import { paceLikeOf, paceOf } from './pace.ts'
import { ranksOf } from './ranks.ts'
import type { CurveSource } from './long.ts'
import type { PointSource } from './table.ts'

/** Where facts are from. */
export interface WhySources {
  /** Its directory's name. */
  readonly name: string
  readonly directory?: string
  readonly file: Pick<KnownFile, 'status' | 'worldSize' | 'ledger' | 'head'> &
    Partial<Pick<KnownFile, 'settings'>>
  readonly life?: Life
  /** When it is asked, microseconds since the Unix epoch. */
  readonly nowUs?: number
  /** Undefined where it cannot be read: run.json alone tells less. */
  readonly document: RunDocument | undefined
  /** Why not. */
  readonly unread?: Unread | undefined
  readonly points: PointSource
  /** For metrics with more points than are read. */
  readonly curves?: CurveSource
  /** Who tells the pace is among them, if any does. */
  readonly metrics: readonly FactMetric[]
  /** Of these keys, where those above are not all. */
  readonly metricsOfKeys?: (keys: readonly string[]) => Promise<readonly FactMetric[]>
}

type FactMetric = MetricName & { readonly points?: number }

/**
 * What is known of a run. Points are read of the metric that tells its pace, and of those that hold NaN.
 *
 * @param pace a metric that tells how long a rank takes for a step
 * Points that cannot be read are told, and nothing is known of them.
 *
 * @throws {ProvloomError} `METRIC_UNKNOWN` for a pace that the run has not
 */
export async function factsOf(sources: WhySources, pace?: string): Promise<WhyFacts> {
  const { name, file, document, metrics } = sources
  const ranks = ranksOf(file.ledger.ranks, document)
  const unread: Unread[] = sources.unread === undefined ? [] : [sources.unread]
  const { total, absent } = file.ledger
  const nan = await readOr(nanOf(sources, document, ranks), { nan: [], more: 0 }, unread)
  const model = file.head?.outputs.shown.find(({ kind }) => kind === 'model' || kind === 'checkpoint')
  return {
    run: name,
    directory: sources.directory,
    status: file.status,
    life: sources.life,
    nowUs: sources.nowUs,
    rhythm: rhythmOf(file.head?.metrics.shown ?? []),
    worldSize: file.worldSize ?? undefined,
    absent,
    ranks,
    pace: await readOr(paceOf(sources, metrics, ranks, pace), undefined, unread),
    nan: nan.nan,
    nanMore: nan.more,
    paceLike: paceLikeOf(metrics),
    notRecorded: notRecorded(file, ranks.length),
    differing: document === undefined ? [] : differingOf(document),
    stored: Number(total.stored),
    sent: Number(total.sent),
    model: model === undefined ? undefined : modelOf(model),
    unread: eachOnce(unread),
  }
}

/** Of those that are to be recorded who has not come is absent, or comes yet. */
function notRecorded({ settings, worldSize }: WhySources['file'], ranks: number): number | undefined {
  const few =
    settings !== undefined && !settings.collectAllProcesses && worldSize !== null && worldSize > ranks
  return few ? worldSize - ranks : undefined
}

function modelOf({ name, step, sha256 }: HeadFile): WhyFacts['model'] {
  return {
    name,
    ...(step === undefined ? {} : { step }),
    ...(sha256 === undefined ? {} : { sha256 }),
  }
}
