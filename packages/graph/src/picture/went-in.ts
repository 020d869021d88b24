import { firstUnits } from '@provloom/shared'
import type { Line } from './picture.ts'
import type { Node } from './run-graph.ts'
import { number, text, texts } from './run-graph.ts'
import { alike, line } from './sketch.ts'
import type { Sketch } from './sketch.ts'
import { valueLines } from './parameters.ts'
import type { Takers } from './takers.ts'
import { bytes, counted, natural, plural, ranks } from './words.ts'

/** Boxes of data; what is more is one box. */
const dataShown = 5
const environmentsShown = 2
const namesShown = 4

/** The left column: data, code, parameters, environment; below them what single contexts used. */
export function wentIn(sketch: Sketch, takers: Takers): void {
  const { graph } = sketch
  const given = graph.nodes.filter((node) => node.kind === 'entity' && takers.makerOf(node) === undefined)
  const data = given.filter(isData)
  const confined = (node: Node): boolean => takers.contextsOf(takers.usersOf(node)).length > 0
  formerRun(sketch)
  dataBoxes(sketch, takers, byName(data.filter((node) => !confined(node))))
  codeBox(sketch, given.filter(isCode))
  parametersBox(sketch, takers, given)
  environmentBoxes(sketch, takers)
  dataBoxes(sketch, takers, byContext(sketch, takers, data.filter(confined)))
}

function isCode({ types }: Node): boolean {
  return (
    types.has('mls:Implementation') || types.has('schema:SoftwareSourceCode') || types.has('provloom:Diff')
  )
}

function isData(node: Node): boolean {
  const { types } = node
  return (types.has('mls:Dataset') || types.has('provloom:File')) && !isCode(node)
}

function formerRun(sketch: Sketch): void {
  for (const { to } of sketch.graph.from(sketch.graph.run, 'wasInformedBy'))
    sketch.add('in', 'former run', [to], { lines: [line('run', text(to, 'provloom:runId') ?? '')] })
}

function byName(nodes: readonly Node[]): Node[] {
  return nodes.toSorted((a, b) => natural(a.label, b.label))
}

/** In the order in which the contexts began, so that their arrows do not cross. */
function byContext({ graph }: Sketch, takers: Takers, data: readonly Node[]): Node[] {
  const begun = new Map<string, string>()
  for (const { label, start = '~' } of graph.ofType('provloom:Context')) {
    const known = begun.get(label)
    if (known === undefined || start < known) begun.set(label, start)
  }
  const key = (node: Node): string => {
    const [first = ''] = takers.contextsOf(takers.usersOf(node))
    return `${begun.get(first) ?? '~'} ${first}`
  }
  return data
    .map((node) => [key(node), node] as const)
    .sort(([a, one], [b, other]) => natural(a, b) || natural(one.label, other.label))
    .map(([, node]) => node)
}

/** Each machine may have the same file: those of one name and content are one box. */
function dataBoxes(sketch: Sketch, takers: Takers, data: readonly Node[]): void {
  const groups = alike(data, (node) =>
    JSON.stringify([
      node.label,
      [...node.types],
      texts(node, 'schema:sha256'),
      number(node, 'provloom:size'),
      texts(node, 'prov:location'),
      takers.contextsOf(takers.usersOf(node)),
    ]),
  )
  const shown = groups.length > dataShown ? groups.slice(0, dataShown - 1) : groups
  for (const group of shown)
    sketch.add('in', group[0]!.types.has('mls:Dataset') ? 'data' : 'file', group, {
      lines: dataLines(sketch, takers, group),
    })
  const more = groups.slice(shown.length)
  if (more.length > 0) sketch.add('in', 'more', more.flat(), moreOf(more, 'input'))
}

/** What stands for many: their names, and all they weigh. */
export function moreOf(
  groups: readonly (readonly Node[])[],
  word: string,
): { readonly label: string; readonly lines: readonly Line[] } {
  const sizes = groups.map(([first]) => (first === undefined ? undefined : number(first, 'provloom:size')))
  const known = sizes.filter((size) => size !== undefined)
  const sum = known.reduce((all, size) => all + size, 0)
  const lines = groups
    .slice(0, namesShown)
    .map(([first], i) => line(first?.label ?? '', sizes[i] === undefined ? '' : bytes(sizes[i])))
  const rest = groups.length - lines.length
  if (rest > 0)
    lines.push(line(`and ${counted(rest)} more`, known.length === 0 ? '' : `${bytes(sum)} in all`, 'quiet'))
  return { label: plural(groups.length, `more ${word}`), lines }
}

function dataLines({ graph }: Sketch, takers: Takers, group: readonly Node[]): Line[] {
  const [node] = group
  if (node === undefined) return []
  const size = number(node, 'provloom:size')
  const lines = [line(kindWords(graph, node), size === undefined ? '' : bytes(size))]
  if (group.length > 1) lines.push(line('the same on', plural(group.length, 'host')))
  lines.push(...hashLines([node]))
  const samples = number(node, 'provloom:samples')
  if (samples !== undefined) lines.push(line('samples', counted(samples)))
  const users = group.flatMap((one) => takers.usersOf(one))
  const some = takers.ranksOf(users)
  const all = number(graph.run, 'provloom:ranksAccepted') ?? 0
  if (some.length > 0 && some.length < all) lines.push(line('used by', ranks(some)))
  const problem = text(node, 'provloom:problem')
  if (problem !== undefined) lines.push(line(problem, '', 'bad'))
  return lines
}

/** First digits of checksums: of one content, or how many there are. */
export function hashLines(nodes: readonly Node[]): Line[] {
  const hashes = [...new Set(nodes.flatMap((node) => texts(node, 'schema:sha256')))]
  const [only] = hashes
  if (only === undefined) return []
  return [line('sha256', hashes.length === 1 ? firstUnits(only, 8) : `${counted(hashes.length)} different`)]
}

function kindWords(graph: Sketch['graph'], node: Node): string {
  const { types } = node
  const resumed = graph.to(node, 'used').length > 0 && types.has('mls:Model')
  const split = text(node, 'provloom:split')
  if (resumed) return types.has('provloom:Checkpoint') ? 'checkpoint, gone on from' : 'model, gone on from'
  if (types.has('mls:Dataset'))
    return split === undefined || split === node.label ? 'dataset' : `dataset, ${split}`
  return 'file'
}

function codeBox(sketch: Sketch, code: readonly Node[]): void {
  const sources = code.filter(({ types }) => types.has('mls:Implementation'))
  const scripts = code.filter(
    ({ id, types }) => !types.has('mls:Implementation') && /:script(?:\.|$)/.test(id),
  )
  const diffs = code.filter(({ types }) => types.has('provloom:Diff'))
  const others = code.length - sources.length - scripts.length - diffs.length
  const [first] = [...scripts, ...sources, ...code]
  if (first === undefined) return
  const label = scripts.length === 0 ? (text(first, 'schema:name') ?? first.label) : first.label
  const lines = sources.flatMap(commitLine)
  if (lines.length === 0) lines.push(...hashLines(scripts))
  const [diff] = diffs
  const parts = [
    ...(diff === undefined ? [] : [`diff ${bytes(number(diff, 'provloom:size') ?? 0)}`]),
    ...(others === 0 ? [] : [plural(others, 'file')]),
  ]
  if (parts.length > 0) lines.push(line('changes kept', parts.join(', ')))
  const several = scripts.length > 1 ? [line('scripts', counted(scripts.length))] : []
  sketch.add('in', 'code', [first, ...code.filter((node) => node !== first)], {
    label,
    lines: [...lines.slice(0, namesShown), ...several],
  })
}

function commitLine(source: Node): Line[] {
  const commit = text(source, 'provloom:commit')
  if (commit === undefined) return []
  const dirty = text(source, 'provloom:dirty')
  return [line('commit', `${firstUnits(commit, 7)}${dirty === 'true' ? ', changed' : ''}`)]
}

function parametersBox(sketch: Sketch, takers: Takers, given: readonly Node[]): void {
  const { graph } = sketch
  const settings = given.filter(({ types }) => types.has('mls:HyperParameterSetting'))
  const nodes = [...graph.ofType('provloom:ParameterSet'), ...settings, ...graph.ofType('mls:HyperParameter')]
  if (settings.length === 0) return
  sketch.add('in', 'parameters', nodes, { label: 'parameters', lines: valueLines(takers, settings) })
}

function environmentBoxes(sketch: Sketch, takers: Takers): void {
  const { graph } = sketch
  const all = graph.ofType('provloom:Environment')
  const shown = all.length > environmentsShown ? all.slice(0, environmentsShown - 1) : all
  for (const one of shown) {
    const packages = graph.from(one, 'hadMember').map(({ to }) => to)
    const count = number(one, 'provloom:packages')
    const told = text(one, 'provloom:version')
    // A version alone says nothing: then the label, which has its interpreter before it.
    const version = told !== undefined && /[A-Za-z]/.test(told) ? told : one.label
    const lines = [line(version, count === undefined ? '' : plural(count, 'package'))]
    const container = text(one, 'provloom:container')
    if (container !== undefined) lines.push(line('container', container))
    if (all.length > 1) lines.push(line('of', ranks(takers.ranksOf(takers.usersOf(one)))))
    sketch.add('in', 'environment', [one, ...packages], { label: 'environment', lines })
  }
  const more = all.slice(shown.length)
  const packages = more.flatMap((one) => graph.from(one, 'hadMember').map(({ to }) => to))
  if (more.length > 0)
    sketch.add('in', 'environment', [...more, ...packages], {
      label: plural(more.length, 'more environment'),
      lines: [line('of', ranks(takers.ranksOf(more.flatMap((one) => takers.usersOf(one)))))],
    })
}
