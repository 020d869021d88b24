import { lowerMedian } from '../head/metrics.ts'
import { isMainMetric } from '../head/main.ts'
import { slug } from '../name.ts'
import type { Line, Spark } from './picture.ts'
import type { Node, RunGraph } from './run-graph.ts'
import { number, text } from './run-graph.ts'
import { line } from './sketch.ts'
import type { Sketch } from './sketch.ts'
import { apart, counted, natural, number as shown, plural } from './words.ts'

/** Metrics of a context that are shown: one with its course at large, the others in a line. */
const metricsShown = 5

/** One metric over all ranks and attempts. */
export interface Course {
  readonly key: string
  /** What stands behind the key in the names of its series: a hash of where it comes from, mostly nothing. */
  readonly behind: string
  readonly series: readonly Node[]
}

/** What users logged, by the name of its context; without one under the empty name. */
export function metricsOf(graph: RunGraph): Map<string, Course[]> {
  const owners = new Map(
    [...graph.ofType('provloom:Context'), ...graph.ofType('provloom:RankExecution')].map((node) => [
      node.id,
      node,
    ]),
  )
  const found = new Map<string, { context: string; key: string; behind: string; series: Node[] }>()
  for (const node of graph.ofType('mls:ModelEvaluation')) {
    if (node.types.has('provloom:FinalMetric')) continue
    const owner = ownerOf(node.id, owners)
    const context = owner?.types.has('provloom:Context') === true ? owner.label : ''
    const rest = owner === undefined ? node.id : node.id.slice(owner.id.length + 1)
    const known = found.get(`${context}\0${rest}`)
    if (known === undefined)
      found.set(`${context}\0${rest}`, { context, key: node.label, behind: rest, series: [node] })
    else known.series.push(node)
  }
  const byContext = new Map<string, Course[]>()
  for (const { context, ...course } of found.values())
    byContext.set(context, [...(byContext.get(context) ?? []), course])
  for (const courses of byContext.values())
    courses.sort((a, b) => interest(a.key) - interest(b.key) || natural(a.behind, b.behind))
  return byContext
}

/** A loss by that name, then what else people look at first. */
function interest(key: string): number {
  const [last = ''] = /[^./]*$/.exec(key) ?? []
  if (!isMainMetric(key)) return 3
  if (/^loss$/i.test(last)) return 0
  return isMainMetric(last) && !/[_-]/.test(last) ? 1 : 2
}

/** The name of a series begins with that of the activity that makes it, which itself may not be told before it ended. */
function ownerOf(id: string, owners: ReadonlyMap<string, Node>): Node | undefined {
  for (let at = id.lastIndexOf('.'); at > 0; at = id.lastIndexOf('.', at - 1)) {
    const owner = owners.get(id.slice(0, at))
    if (owner !== undefined) return owner
  }
  return undefined
}

export function metricElements(
  sketch: Sketch,
  courses: readonly Course[],
  inside: string | undefined,
  sparks: readonly Spark[],
  context?: string,
): void {
  const some = courses.length > metricsShown ? courses.slice(0, metricsShown - 1) : courses
  for (const course of some) {
    const spark = sparkOf(course, sparks, context)
    sketch.add('ran', 'metric', course.series, {
      label: course.key,
      lines: courseLines(course),
      inside,
      spark,
    })
  }
  const more = courses.slice(some.length)
  sketch.add(
    'ran',
    'more',
    more.flatMap(({ series }) => series),
    { label: `and ${plural(more.length, 'more metric')}`, inside },
  )
}

function sparkOf(
  { key, behind }: Course,
  sparks: readonly Spark[],
  context: string | undefined,
): readonly number[] | undefined {
  const found = sparks.find(
    (one) =>
      one.key === key &&
      one.context === context &&
      (one.source === undefined || behind.endsWith(`.${slug(one.source)}`)),
  )
  return found?.spark === undefined || found.spark.length < 2 ? undefined : found.spark
}

/** From first to last, the lower median over ranks; the extreme; how ranks differ; what is no number. */
function courseLines({ key, series }: Course): Line[] {
  const sum = (attribute: string): number =>
    series.reduce((all, node) => all + (number(node, attribute) ?? 0), 0)
  if (sum('provloom:rows') === 0) return [line('', 'no point yet', 'quiet')]
  const { firsts, lasts } = byRank(series)
  const [first, last] = [lowerMedian(firsts), lowerMedian(lasts)]
  const unit = series.map((node) => text(node, 'provloom:unit')).find((one) => one !== undefined)
  const tail = unit === undefined ? '' : ` ${unit}`
  const [from, to] = apart(first, last)
  const whole =
    sum('provloom:rows') === series.length || Object.is(first, last)
      ? `${to}${tail}`
      : `${from} → ${to}${tail}`
  const lines = [
    line(key, whole, Number.isFinite(last) ? 'plain' : 'bad'),
    ...extreme(key, series, first, last),
  ]
  const [least, most] = [lasts.reduce((a, b) => Math.min(a, b)), lasts.reduce((a, b) => Math.max(a, b))]
  if (lasts.length > 1 && shown(least) !== shown(most))
    lines.push(
      line(
        `median of ${plural(lasts.length, 'rank')}; at last`,
        `${shown(least)} to ${shown(most)}`,
        'quiet',
      ),
    )
  const [nan, infinite] = [sum('provloom:nanRows'), sum('provloom:infiniteRows')]
  if (nan + infinite > 0)
    lines.push(
      line(
        [nan > 0 ? `${counted(nan)} NaN` : '', infinite > 0 ? `${counted(infinite)} infinite` : '']
          .filter((one) => one !== '')
          .join(', ') + ` of ${plural(sum('provloom:rows'), 'point')}`,
        '',
        'bad',
      ),
    )
  return lines
}

const betterHigh = /(?:acc|accuracy|f1|auc|precision|recall|score|map|bleu|iou|dice|r2|throughput)$/i
const betterLow = /(?:loss|error|err|perplexity|mse|mae|rmse)$/i

/** The best where its name says what that is; else on the side to which it went. */
function extreme(key: string, series: readonly Node[], first: number, last: number): Line[] {
  const high = betterHigh.test(key) || (!betterLow.test(key) && last > first)
  const found = series.flatMap((node) => number(node, high ? 'provloom:max' : 'provloom:min') ?? [])
  if (found.length === 0) return []
  const value = found.reduce((a, b) => (high ? Math.max(a, b) : Math.min(a, b)))
  return [line(high ? 'max' : 'min', shown(value), 'quiet')]
}

/** Of each rank the first value of its first attempt and the last of its last. */
function byRank(series: readonly Node[]): { readonly firsts: number[]; readonly lasts: number[] } {
  const ranks = new Map<string, { low: number; first: number; high: number; last: number }>()
  for (const node of series) {
    const [, rank = node.id, attempt = '0'] = /:rank-(\d+)(?:\.attempt-(\d+))?\./.exec(node.id) ?? []
    const at = Number(attempt)
    const [first, last] = [number(node, 'provloom:first'), number(node, 'mls:hasValue')]
    if (first === undefined || last === undefined) continue
    const known = ranks.get(rank) ?? { low: at, first, high: at, last }
    if (at < known.low) Object.assign(known, { low: at, first })
    if (at >= known.high) Object.assign(known, { high: at, last })
    ranks.set(rank, known)
  }
  const all = [...ranks.values()]
  return { firsts: all.map(({ first }) => first), lasts: all.map(({ last }) => last) }
}
