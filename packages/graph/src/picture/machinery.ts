import type { FoldedCount, Line } from './picture.ts'
import type { Link, Node } from './run-graph.ts'
import { number, text } from './run-graph.ts'
import { line } from './sketch.ts'
import type { Sketch } from './sketch.ts'
import { counted, natural, plural } from './words.ts'

const hostsShown = 3
const alikeShown = 3
const relationsShown = 4

/** The foot: who started the run, and where it ran. */
export function people(sketch: Sketch): void {
  const { graph } = sketch
  const owners = graph.ofType('prov:Person')
  for (const [i, one] of owners.slice(0, 2).entries())
    sketch.add('foot', 'person', i === 1 ? owners.slice(1) : [one], {
      label:
        i === 1 && owners.length > 2
          ? plural(owners.length - 1, 'more person').replace('persons', 'people')
          : one.label,
      lines: i === 0 ? [line('started it')] : [],
    })
  const hosts = [...graph.ofType('provloom:Host')].sort(
    (a, b) => natural(a.label, b.label) || natural(a.id, b.id),
  )
  const ranksOn = (host: Node): number =>
    graph.to(host, 'wasAssociatedWith').filter(({ from }) => from.types.has('provloom:RankExecution')).length
  if (hosts.length <= hostsShown) {
    for (const host of hosts)
      sketch.add('foot', 'host', [host], {
        lines: [line(hosts.length === 1 ? 'host of all ranks' : plural(ranksOn(host), 'rank'))],
      })
    return
  }
  const counts = hosts.map(ranksOn)
  const [least, most] = [counts.reduce((a, b) => Math.min(a, b)), counts.reduce((a, b) => Math.max(a, b))]
  const each =
    least === most ? `${plural(least, 'rank')} each` : `${counted(least)} to ${plural(most, 'rank')} each`
  sketch.add('foot', 'host', hosts, {
    label: `${hosts[0]!.label} … ${hosts.at(-1)!.label}`,
    lines: [line(`${plural(hosts.length, 'host')}, ${each}`)],
  })
}

/** What recorded the run and what it is filed under, by what it is; the first that is true of a thing holds. */
const categories: readonly (readonly [one: string, many: string, is: (node: Node) => boolean])[] = [
  ['launcher', 'launchers', ({ id }) => id.endsWith(':launcher')],
  ['aggregator', 'aggregators', ({ id }) => id.endsWith(':aggregator')],
  ['agents', 'agents', ({ id }) => id.endsWith(':agent')],
  ['recording', 'recordings', ({ types }) => types.has('provloom:Recording')],
  ['recovery', 'recoveries', ({ types }) => types.has('provloom:Recovery')],
  ['watch', 'watches', ({ types }) => types.has('provloom:HostWatch')],
  ['record', 'records', ({ types }) => types.has('provloom:RunRecord')],
  ['experiment', 'experiments', ({ types }) => types.has('mls:Experiment')],
  ['metric store', 'metric stores', ({ types }) => types.has('provloom:MetricStore')],
  ['metric file', 'metric files', ({ types }) => types.has('provloom:MetricPart')],
  ['stored copy', 'stored copies', ({ types }) => types.has('provloom:StoredCopy')],
  ['system series', 'system series', ({ types }) => types.has('provloom:Measurement')],
  [
    'energy',
    'energies',
    ({ types }) =>
      types.has('provloom:Energy') || types.has('provloom:EnergyTotal') || types.has('provloom:Emissions'),
  ],
  [
    'name of a metric',
    'names of metrics',
    ({ types }) => types.has('mls:EvaluationMeasure') || types.has('provloom:Quantity'),
  ],
  ['name of a parameter', 'names of parameters', ({ types }) => types.has('mls:HyperParameter')],
  ['package', 'packages', ({ types }) => types.has('schema:SoftwareApplication')],
  ['other entity', 'other entities', ({ kind }) => kind === 'entity'],
  ['other activity', 'other activities', ({ kind }) => kind === 'activity'],
  ['other agent', 'other agents', ({ kind }) => kind === 'agent'],
]

interface Category {
  readonly what: string
  readonly nodes: readonly Node[]
}

function categoriesOf(nodes: readonly Node[]): Category[] {
  const left = new Set(nodes)
  return categories.flatMap(([one, many, is]) => {
    const found = [...left].filter(is)
    for (const node of found) left.delete(node)
    return found.length === 0 ? [] : [{ what: found.length === 1 ? one : many, nodes: found }]
  })
}

/** What is left is counted. */
export function foldedOf(sketch: Sketch): FoldedCount[] {
  return categoriesOf(sketch.rest()).map(({ what, nodes }) => ({
    words: wordsOf(what, nodes),
    count: nodes.length,
  }))
}

function wordsOf(what: string, nodes: readonly Node[]): string {
  const words = nodes.length === 1 ? what : `${counted(nodes.length)} ${what}`
  const [node] = nodes
  if (node?.types.has('provloom:MetricStore') === true)
    return `${words} (${plural(number(node, 'provloom:rows') ?? 0, 'point')})`
  const reason = nodes.map((one) => text(one, 'provloom:reason')).find((one) => one !== undefined)
  return reason === undefined ? words : `energy, not measured (${reason})`
}

/** The same drawn: a few of a kind each by itself, more as one; how they hang together in words. */
export function machineryBoxes(sketch: Sketch): void {
  for (const { what, nodes } of categoriesOf(sketch.rest())) {
    if (nodes.length > alikeShown)
      sketch.add('machinery', 'machinery', nodes, {
        label: `${counted(nodes.length)} ${what}`,
        lines: tellRelations(sketch, nodes),
      })
    else
      for (const node of nodes)
        sketch.add('machinery', 'machinery', [node], {
          lines: [...ownLines(node), ...tellRelations(sketch, [node])],
        })
  }
}

function ownLines(node: Node): Line[] {
  const place = text(node, 'prov:location')
  const rows = number(node, 'provloom:rows')
  const reason = text(node, 'provloom:reason')
  return [
    ...(place === undefined ? [] : [line('at', place)]),
    ...(rows === undefined ? [] : [line('points', counted(rows))]),
    ...(reason === undefined ? [] : [line('not measured', reason)]),
  ]
}

function tellRelations({ graph }: Sketch, nodes: readonly Node[]): Line[] {
  const known = new Map<string, Link[]>()
  for (const node of nodes)
    for (const kind of [
      'wasGeneratedBy',
      'wasDerivedFrom',
      'wasInformedBy',
      'wasAssociatedWith',
      'wasAttributedTo',
      'actedOnBehalfOf',
      'hadMember',
    ] as const)
      for (const link of graph.from(node, kind)) {
        const links = known.get(kind)
        if (links === undefined) known.set(kind, [link])
        else links.push(link)
      }
  return [...known].slice(0, relationsShown).map(([kind, links]) => {
    const others = [...new Set(links.map(({ to }) => to.label))].sort(natural)
    return line(kind, others.length === 1 ? others[0] : `${counted(links.length)} elements`, 'quiet')
  })
}
