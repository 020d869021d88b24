import { writtenValue } from '@provloom/prov'
import { reasonIn } from '../stop/index.ts'
import { millisecondsOf } from '../instant.ts'
import type { Tone } from './picture.ts'
import type { Node } from './run-graph.ts'
import { number, text, values } from './run-graph.ts'
import { alike, line } from './sketch.ts'
import type { Sketch } from './sketch.ts'
import { clean } from './text.ts'
import { counted, plural, ranks } from './words.ts'

/** Rows of ranks that did not end well; what is more is counted. */
const badShown = 4
const gravity = ['failed', 'killed', 'lost', 'incomplete', 'running', 'completed']

/** Ranks that stand alike are one row; those that did not end well come first, and of them who stopped first. */
export function rankRows(sketch: Sketch, all: readonly Node[], inside: string | undefined): void {
  const rows = alike(all, (rank) => JSON.stringify([endWords(rank), reasonOf(rank)])).map((nodes) => ({
    nodes,
    ...placeOf(sketch, nodes),
  }))
  rows.sort((a, b) => a.grave - b.grave || a.stopped - b.stopped || a.first - b.first)
  const bad = rows.filter(({ nodes }) => toneOf(nodes[0]!) === 'bad')
  const hidden = bad.length > badShown ? bad.slice(badShown - 1) : []
  for (const row of rows) if (!hidden.includes(row)) addRow(sketch, row.nodes, inside)
  const nodes = hidden.flatMap((row) => row.nodes)
  sketch.add('ran', 'ranks', nodes, {
    label: plural(nodes.length, 'more rank'),
    lines: [line('', 'did not end well', 'bad')],
    inside,
  })
}

function addRow(sketch: Sketch, nodes: readonly Node[], inside: string | undefined): void {
  const [first] = nodes
  if (first === undefined) return
  const numbers = nodes.flatMap((node) => number(node, 'provloom:globalRank') ?? [])
  const words = nodes.length === 1 ? endWords(first) : `${counted(nodes.length)} ${endWords(first)}`
  const reason = reasonOf(first)
  const lines = [line('', words, toneOf(first)), ...(reason === '' ? [] : [line(reason, '', 'bad')])]
  sketch.add('ran', 'ranks', nodes, { label: ranks(numbers), lines, inside })
}

export function toneOf(rank: Node): Tone {
  const status = text(rank, 'provloom:status')
  if (status === 'completed') return 'good'
  return status === 'running' ? 'plain' : 'bad'
}

/** `completed`; `failed, exit 1`; `killed, SIGKILL`. */
function endWords(rank: Node): string {
  const status = text(rank, 'provloom:status') ?? 'unknown'
  const [signal, code] = [text(rank, 'provloom:signal'), number(rank, 'provloom:exitCode')]
  const how = signal ?? (code === undefined || code === 0 ? '' : `exit ${code}`)
  const collected = text(rank, 'provloom:collected') === 'false' ? ', not collected' : ''
  return `${status}${how === '' ? '' : `, ${how}`}${collected}`
}

/** What it said last. */
function reasonOf(rank: Node): string {
  const [error] = values(rank, 'provloom:error')
  return error === undefined || toneOf(rank) !== 'bad' ? '' : clean(reasonIn(writtenValue(error)))
}

interface Place {
  readonly grave: number
  /** Who logged its last point first has stopped first. Milliseconds. */
  readonly stopped: number
  readonly first: number
}

function placeOf(sketch: Sketch, nodes: readonly Node[]): Place {
  const [one] = nodes
  const grave = one === undefined ? -1 : gravity.indexOf(text(one, 'provloom:status') ?? '')
  const numbers = nodes.map((node) => number(node, 'provloom:globalRank') ?? 0)
  return {
    grave: grave < 0 ? gravity.length - 2 : grave,
    stopped:
      grave === gravity.length - 1
        ? 0
        : nodes.reduce((least, node) => Math.min(least, lastPoint(sketch, node)), Infinity),
    first: numbers.reduce((a, b) => Math.min(a, b), Infinity),
  }
}

/** Milliseconds since 1970; of a rank without points its end. */
function lastPoint({ graph }: Sketch, rank: Node): number {
  const activities = [rank, ...graph.to(rank, 'wasInformedBy').map(({ from }) => from)]
  const times = activities.flatMap((one) =>
    graph
      .to(one, 'wasGeneratedBy')
      .flatMap(({ time, from }) =>
        from.types.has('mls:ModelEvaluation') && time !== undefined ? [time] : [],
      ),
  )
  const last = times.reduce((a, b) => (a > b ? a : b), '')
  return millisecondsOf(last === '' ? rank.end : last) ?? Infinity
}
