import type { Unread } from './answer/error.ts'
import type { RanksAnswer, RanksQuery } from './answer/ranks.ts'
import type { RunAnswer, RunMetric, RunQuery } from './answer/run.ts'
import type { WhyAnswer } from './answer/why.ts'
import { answerCurve, answerEnd } from './curve/curve.ts'
import { answerDiff } from './diff/diff.ts'
import { Documents } from './document/document.ts'
import type { RunDocument } from './document/document.ts'
import { Folder } from './folder/folder.ts'
import type { KnownRun } from './folder/folder.ts'
import { lifeOf } from './folder/life.ts'
import { runMeant } from './folder/resolve.ts'
import { answerGraph, documentOfGraph, drawGraph } from './graph/graph.ts'
import { answerLineage } from './lineage/lineage.ts'
import { Live } from './live/live.ts'
import { answerMatrix } from './matrix/matrix.ts'
import { metricsMeant, noPace, theMetric } from './metric-id.ts'
import { paceMetric, ratiosOf } from './ranks/pace.ts'
import { answerRanks } from './ranks/ranks.ts'
import type { Reader } from './reader.ts'
import { RunMetrics, metricsNow, pageOf } from './run/metrics.ts'
import type { MetricPage } from './run/metrics.ts'
import type { KnownMetrics } from './run/metrics.ts'
import { goingOf } from './run/going.ts'
import { answerRun } from './run/run.ts'
import { rowOf } from './runs/row.ts'
import { answerRuns } from './runs/runs.ts'
import type { WhyFacts } from './why/facts.ts'
import { KeptAnswers } from './why/kept.ts'
import { factsOf } from './why/load/facts.ts'
import { trackedAnswers } from './tracked/answers.ts'
import { eachOnce, readOr } from './unread.ts'
import { whyOf } from './why/why.ts'

/** Metrics of a head that is told again and again: those that people look at first, who tells the pace, and some. */
const metricsFollowed = 50

const nothingKnown: Pick<WhyAnswer, 'findings' | 'unread'> = { findings: [], unread: [] }

export interface ReaderOptions {
  /** Told, while all runs of the folder are looked at, how many have been, of how many. */
  readonly reading?: (done: number, of: number) => void
}

/** @param saveDir folder that runs are saved in; it need not be there */
export function openReader(saveDir: string, { reading }: ReaderOptions = {}): Reader {
  const folder = new Folder(saveDir, reading)
  const meant = (name: string | undefined): KnownRun => runMeant(folder, name)
  const documents = new Documents()
  const metrics = new RunMetrics()
  const metricOf = async (run: KnownRun, name: string): Promise<RunMetric> =>
    theMetric(await metricsNow(metrics, run, name), name)
  const paceOf = async (run: KnownRun, name: string | undefined): Promise<RunMetric | undefined> =>
    name === undefined ? paceMetric(metrics.of(run).first) : metricOf(run, name)
  const whyFacts = (run: KnownRun, pace?: string): Promise<WhyFacts> =>
    whyFactsOf(run, metrics, documents, pace)
  const whys = new KeptAnswers(async (run) => whyOf(await whyFacts(run)))
  const headOf = async (run: KnownRun, query: RunQuery): Promise<RunAnswer> => {
    // What is known of its findings may be looked for anew: not while something is counted.
    const all = metrics.of(run)
    const page = await pageOf(all, query)
    const why = query.findings === 'known' ? await whys.known(run) : await whys.of(run)
    return headWith(run, all, page, { ...documents.known(run.directory), why: why ?? nothingKnown })
  }
  const ranksOf = async (run: KnownRun, query: RanksQuery): Promise<RanksAnswer> => {
    const metric = await paceOf(run, query.metric)
    const unread: Unread[] = []
    const ratios = metric === undefined ? undefined : await readOr(ratiosOf(run, metric), undefined, unread)
    const known = metric === undefined || ratios === undefined ? {} : { metric, ratios }
    return answerRanks(run, query, { ...known, cursor: cursorOf(run), unread })
  }
  const graphOf = (name: string | undefined): [KnownRun, RunDocument] => {
    const run = meant(name)
    return [run, documents.of(run.directory)]
  }
  const live = new Live({
    run: (run) => headOf(run, { findings: 'known', limit: metricsFollowed }),
    ranks: (run) => ranksOf(run, {}),
    document: (run) => documents.maybe(run.directory),
    findings: async (run) => (await whys.known(run))?.findings ?? [],
    metric: async (run, name) => metricsMeant(await metricsNow(metrics, run, name), name)[0],
    curve: (run, metric, query) => answerCurve(run, metric, query, cursorOf(run)),
    curveEnd: (run, metric, query, of) => answerEnd(run, metric, query, { ...of, cursor: cursorOf(run) }),
  })
  return {
    directory: folder.directory,
    runs: async (query = {}) => answerRuns(folder, query),
    directoryOf: (name) => meant(name).directory,
    standing: async (name) => rowOf(meant(name), true),
    run: async (name, query = {}) => headOf(meant(name), query),
    async curve(name, query) {
      const run = meant(name)
      return answerCurve(run, await metricOf(run, query.metric), query, cursorOf(run))
    },
    ranks: async (name, query = {}) => ranksOf(meant(name), query),
    async matrix(name, query = {}) {
      const run = meant(name)
      const metric = await paceOf(run, query.metric)
      if (metric === undefined) throw noPace(run.name)
      return answerMatrix(run, metric, query, cursorOf(run))
    },
    graph: async (name, query = {}) => answerGraph(...graphOf(name), query),
    drawing: async (name, query = {}) => drawGraph(...graphOf(name), query),
    graphDocument: async (name, query = {}) => documentOfGraph(...graphOf(name), query),
    async why(name, query = {}) {
      return whyOf(await whyFacts(meant(name), query.pace))
    },
    diff: async (names) => answerDiff(names.map(meant), documents),
    ...trackedAnswers(folder, meant, documents),
    changes: (name, query) => live.changes(meant(name), query),
    lineage: (query) => answerLineage(folder, query, documents),
  }
}

async function whyFactsOf(
  run: KnownRun,
  metrics: RunMetrics,
  documents: Documents,
  pace: string | undefined,
): Promise<WhyFacts> {
  const { first, ofKeys } = metrics.of(run)
  const known = pace === undefined ? first : await metricsNow(metrics, run, pace)
  const standing = { life: lifeOf(run), nowUs: Date.now() * 1000 }
  const sources = { ...run, ...documents.known(run.directory), metrics: known, metricsOfKeys: ofKeys }
  return factsOf({ ...sources, ...standing }, pace)
}

async function headWith(
  run: KnownRun,
  { first }: KnownMetrics,
  metrics: MetricPage,
  known: ReturnType<Documents['known']> & { readonly why: Pick<WhyAnswer, 'findings' | 'unread'> },
): Promise<RunAnswer> {
  const { document, why } = known
  const unread: Unread[] = [...(known.unread === undefined ? [] : [known.unread]), ...why.unread]
  const going = await readOr(goingOf(run, first), undefined, unread)
  return answerRun({ run, metrics, document, findings: why.findings, going, unread: eachOnce(unread) })
}

function cursorOf({ file }: KnownRun): string {
  return String(file.journalPosition)
}
