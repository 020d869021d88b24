import { createHash } from 'node:crypto'
import { JournalTail } from '@provloom/rundir'
import type { JournalNews, Steps } from '@provloom/rundir'
import type { CurveAnswer, CurveQuery } from '../answer/curve.ts'
import type { Changes, CurveChange, LiveQuery, RunEvent } from '../answer/live.ts'
import type { RanksAnswer } from '../answer/ranks.ts'
import type { RunAnswer, RunMetric } from '../answer/run.ts'
import type { Finding } from '../answer/why.ts'
import type { RunDocument } from '../document/document.ts'
import type { KnownRun } from '../folder/folder.ts'
import { lifeOf } from '../folder/life.ts'
import { isRowsOf } from '../measured.ts'
import { cursorText, nothingKnown, readCursor } from './cursor.ts'
import type { Known } from './cursor.ts'
import { eventsOfPast } from './past.ts'
import { behind, eventsOf, withFindings } from './events.ts'
import { changeFrom } from './slice.ts'

/** The questions that changes are answers to. */
export interface Questions {
  run(run: KnownRun): Promise<RunAnswer>
  ranks(run: KnownRun): Promise<RanksAnswer>
  /** As far as they are known. */
  findings(run: KnownRun): Promise<readonly Finding[]>
  /** Undefined where it cannot be read. */
  document(run: KnownRun): RunDocument | undefined
  /** Undefined where the metric is not known yet. */
  metric(run: KnownRun, name: string): Promise<RunMetric | undefined>
  curve(run: KnownRun, metric: RunMetric, query: CurveQuery): Promise<CurveAnswer>
  /** Of steps that have other points than before; undefined where all of the curve is to be told. */
  curveEnd(
    run: KnownRun,
    metric: RunMetric,
    query: CurveQuery,
    of: { readonly steps: Steps; readonly width: number },
  ): Promise<CurveAnswer | undefined>
}

/**
 * The table of ranks is told again no sooner than so many milliseconds for each of them: of a thousand it is 90 kB, and run.json
 * is written every few seconds.
 */
const ranksRestMs = 20

/** What is new in runs that somebody follows. */
export class Live {
  readonly #questions: Questions
  readonly #tails = new Map<string, JournalTail>()

  constructor(questions: Questions) {
    this.#questions = questions
  }

  /** @throws {ProvloomError} `BAD_QUERY`, `FILE_UNREADABLE` */
  async changes(run: KnownRun, query: LiveQuery): Promise<Changes> {
    const known = query.since === undefined ? nothingKnown : readCursor(query.since)
    const news = await this.#newsOf(run, known)
    const life = lifeOf(run).state
    const written = run.writtenMs !== known.writtenMs
    const headIsNew = written || life !== known.life
    const widths: Record<string, number> = {}
    const curves: Record<string, CurveChange> = {}
    for (const [key, ask] of Object.entries(query.curves ?? {})) {
      const change = await this.#curve(run, ask, news, known.widths[key])
      const width = change?.width ?? known.widths[key]
      if (width !== undefined) widths[key] = width
      if (change !== undefined) curves[key] = change
    }
    const rest = run.file.ledger.ranks.length * ranksRestMs
    const isOther = run.writtenMs !== known.ranksMs
    const isDue = isOther && (life !== 'alive' || !(run.writtenMs - known.ranksMs < rest))
    const ranks = query.ranks === true && isDue ? await this.#questions.ranks(run) : undefined
    const ranksMs = ranks === undefined ? known.ranksMs : run.writtenMs
    const position = Math.max(news.position, run.file.journalPosition)
    const happened = query.events === true ? this.#eventsOf(run, news, known) : []
    const eventMs = Math.max(
      ...[known.eventMs, ...happened.map(({ time }) => Date.parse(time))].filter(Number.isFinite),
    )
    const findings = query.events === true ? await this.#questions.findings(run) : undefined
    const digest = findings === undefined ? known.findings : digestOf(findings)
    const isFound = findings !== undefined && digest !== known.findings
    const events = isFound ? withFindings(happened, findings) : happened
    const hasCurves = Object.keys(curves).length > 0
    return {
      cursor: cursorText({
        position,
        writtenMs: run.writtenMs,
        life,
        widths,
        findings: digest,
        eventMs,
        ranksMs,
      }),
      changed: headIsNew || hasCurves || isFound || position !== known.position,
      ...(query.head === true && headIsNew ? { head: await this.#questions.run(run) } : {}),
      ...(ranks === undefined ? {} : { ranks }),
      ...(hasCurves ? { curves } : {}),
      ...(events.length === 0 ? {} : { events }),
      ...(isFound ? { findings } : {}),
      ...(run.finished ? { ended: true as const } : {}),
    }
  }

  /** As far as the journal is gone, by the graph. */
  #eventsOf(run: KnownRun, news: JournalNews, known: Known): RunEvent[] {
    const told = run.finished ? [] : eventsOf(news)
    // Who knows nothing yet has to be told from the begin on.
    const isWhole = known.position < 0 ? news.entries.some(({ kind }) => kind === 'opened') : news.complete
    const document = isWhole ? undefined : this.#questions.document(run)
    return document === undefined ? told : behind(eventsOfPast(run, document, known.eventMs), told)
  }

  async #newsOf(run: KnownRun, { position }: Known): Promise<JournalNews> {
    if (run.finished) {
      this.#tails.get(run.directory)?.close()
      this.#tails.delete(run.directory)
      const end = run.file.journalPosition
      return { position: end, complete: position === end, touched: [], entries: [], records: [] }
    }
    const tail = this.#tails.get(run.directory) ?? new JournalTail(run.directory)
    this.#tails.set(run.directory, tail)
    return tail.since(position)
  }

  /** Undefined where it is as it was. */
  async #curve(
    run: KnownRun,
    ask: CurveQuery,
    news: JournalNews,
    width: number | undefined,
  ): Promise<CurveChange | undefined> {
    const metric = await this.#questions.metric(run, ask.metric)
    if (metric === undefined) return undefined
    const touched = news.touched.filter((one) => isRowsOf(metric, one.metric))
    const places = touched.map((one) => (ask.by === 'time' ? one.firstTime : one.firstStep))
    const place = places.length === 0 ? undefined : Math.min(...places)
    const isKnown = width !== undefined && news.complete
    if (isKnown && place === undefined) return undefined
    if (isKnown && place !== undefined) {
      const to = Math.max(...touched.map(({ lastStep }) => lastStep)) + 1
      const end = await this.#questions.curveEnd(run, metric, ask, { steps: { from: place, to }, width })
      if (end !== undefined) return changeFrom(end, place)
    }
    const answer = await this.#questions.curve(run, metric, ask)
    return changeFrom(answer, isKnown && answer.width === width ? (place ?? -Infinity) : -Infinity)
  }
}

/** Of none it is empty, as of who knows none. */
function digestOf(findings: readonly Finding[]): string {
  if (findings.length === 0) return ''
  // What goes on and on is told anew now and then.
  const said = findings.map(({ code, ranks, since, text }) => [
    code,
    ranks,
    since?.step ?? null,
    code === 'NOTHING_LOGGED' ? text : '',
  ])
  return createHash('sha256').update(JSON.stringify(said)).digest('base64url').slice(0, 8)
}
