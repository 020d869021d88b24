import type { Line } from './picture.ts'
import type { Node } from './run-graph.ts'
import { number, text } from './run-graph.ts'
import { alike, line } from './sketch.ts'
import type { Sketch } from './sketch.ts'
import type { Takers } from './takers.ts'
import { hashLines, moreOf } from './went-in.ts'
import { bytes, counted, natural, number as shown, plural, ranks } from './words.ts'

const modelsShown = 3
/** Of more versions the first and the last two are shown. */
const versionsShown = 5
const filesShown = 5
const resultsShown = 8

/** The right column: each model with its versions in order, other files, results, energy. */
export function cameOut(sketch: Sketch, takers: Takers): void {
  const { graph } = sketch
  const models = graph
    .ofType('mls:Model')
    .filter((node) => isModel(node) && takers.usersOf(node).length === 0)
  const some = models.length > modelsShown ? models.slice(0, modelsShown - 1) : models
  for (const model of some) modelBoxes(sketch, model)
  const more = models.slice(some.length)
  const theirs = more.flatMap((model) => graph.to(model, 'specializationOf').map(({ from }) => from))
  sketch.add('out', 'more', [...more, ...theirs], {
    label: plural(more.length, 'more model'),
    lines: [line('files', counted(theirs.length))],
  })
  const made = graph.nodes.filter(
    (node) =>
      node.kind === 'entity' && takers.makerOf(node) !== undefined && sketch.drawn(node) === undefined,
  )
  fileBoxes(sketch, made.filter(isFile))
  resultBox(
    sketch,
    made.filter(({ types }) => types.has('provloom:FinalMetric') || types.has('mls:HyperParameterSetting')),
  )
  energyBox(sketch)
}

/** And no file of one. */
function isModel({ types }: Node): boolean {
  return !types.has('provloom:File')
}

function isFile({ types }: Node): boolean {
  return types.has('provloom:File') || types.has('mls:Dataset')
}

function modelBoxes(sketch: Sketch, model: Node): void {
  const files = sketch.graph.to(model, 'specializationOf').map(({ from }) => from)
  const versions = inOrder(files)
  const cut = versions.length > versionsShown
  const shownFirst = cut ? versions.slice(0, 1) : versions
  const last = cut ? versions.slice(-2) : []
  const between = cut ? versions.slice(1, -2) : []
  for (const group of shownFirst) versionBox(sketch, group)
  if (between.length > 0)
    sketch.add('out', 'more', between.flat(), {
      label: plural(between.length, 'more version'),
      lines: betweenLines(between),
    })
  for (const group of last) versionBox(sketch, group)
  sketch.add('out', 'model', [model], { lines: modelLines(model, versions, files.length) })
}

/** Ranks that save the same version each save one of a kind. */
function inOrder(files: readonly Node[]): Node[][] {
  const key = (node: Node): string => JSON.stringify([number(node, 'provloom:version'), node.label])
  const groups = alike(files, key).map((nodes) => ({
    nodes,
    version: number(nodes[0]!, 'provloom:version') ?? Infinity,
    step: number(nodes[0]!, 'provloom:step') ?? Infinity,
    label: nodes[0]!.label,
  }))
  const by = (a: number, b: number): number => (a === b ? 0 : a - b)
  groups.sort((a, b) => by(a.version, b.version) || by(a.step, b.step) || natural(a.label, b.label))
  return groups.map(({ nodes }) => nodes)
}

function versionBox(sketch: Sketch, group: readonly Node[]): void {
  const step = group.map((node) => number(node, 'provloom:step')).find((one) => one !== undefined)
  sketch.add('out', 'version', group, {
    lines: [
      line(step === undefined ? 'file' : `step ${counted(step)}`, sizeWords(group)),
      ...hashLines(group),
      ...severalLines(group),
    ],
  })
}

function sizeWords(group: readonly Node[]): string {
  const sizes = group.flatMap((node) => number(node, 'provloom:size') ?? [])
  if (sizes.length === 0) return ''
  const [least, most] = [sizes.reduce((a, b) => Math.min(a, b)), sizes.reduce((a, b) => Math.max(a, b))]
  return bytes(least) === bytes(most) ? bytes(least) : `${bytes(least)} to ${bytes(most)}`
}

function severalLines(group: readonly Node[]): Line[] {
  if (group.length === 1) return []
  // What is the work of all was still written by one: its name says by whom.
  const makers = [...new Set(group.flatMap(({ id }) => /:rank-(\d+)[.]/.exec(id)?.[1] ?? []))].map(Number)
  const whose = makers.length === 0 ? 'in all' : ranks(makers)
  return [line(whose, makers.length === group.length ? 'one each' : plural(group.length, 'file'), 'quiet')]
}

function betweenLines(groups: readonly (readonly Node[])[]): Line[] {
  const nodes = groups.flat()
  const steps = nodes.flatMap((node) => number(node, 'provloom:step') ?? [])
  const size = nodes.reduce((sum, node) => sum + (number(node, 'provloom:size') ?? 0), 0)
  const words =
    steps.length === 0
      ? ''
      : `steps ${counted(steps.reduce((a, b) => Math.min(a, b)))}–${counted(steps.reduce((a, b) => Math.max(a, b)))}`
  return [line(words, size === 0 ? plural(nodes.length, 'file') : `${bytes(size)} in all`, 'quiet')]
}

function modelLines(model: Node, versions: readonly unknown[], files: number): Line[] {
  const weights = number(model, 'provloom:parameters')
  const className = text(model, 'provloom:className')
  return [
    line('model', versions.length === 0 ? 'no file' : plural(versions.length, 'version')),
    ...(files > versions.length ? [line('files', counted(files))] : []),
    ...(className === undefined ? [] : [line('class', className)]),
    ...(weights === undefined ? [] : [line('parameters', counted(weights))]),
  ]
}

function fileBoxes(sketch: Sketch, files: readonly Node[]): void {
  const groups = alike(files, ({ label, types }) => JSON.stringify([label, [...types]]))
  const some = groups.length > filesShown ? groups.slice(0, filesShown - 1) : groups
  for (const group of some) {
    sketch.add('out', 'file', group, {
      lines: [line(kindWords(group), sizeWords(group)), ...hashLines(group), ...severalLines(group)],
    })
  }
  const more = groups.slice(some.length)
  if (more.length > 0) sketch.add('out', 'more', more.flat(), moreOf(more, 'file'))
}

/** A step is told of every file, and means something of checkpoints. */
function kindWords([node]: readonly Node[]): string {
  if (node?.types.has('mls:Dataset') === true) return 'dataset'
  if (node?.types.has('provloom:Checkpoint') !== true) return 'file'
  const step = number(node, 'provloom:step')
  return step === undefined ? 'checkpoint' : `checkpoint, step ${counted(step)}`
}

/** Final metrics, and settings that came of the run: each once, over all ranks. */
function resultBox(sketch: Sketch, results: readonly Node[]): void {
  const groups = alike(results, ({ label }) => label)
  const lines = groups.slice(0, resultsShown).map((group) => line(group[0]!.label, resultWords(group)))
  const more = groups.length - lines.length
  if (more > 0) lines.push(line(`and ${counted(more)} more`, '', 'quiet'))
  sketch.add('out', 'result', results, { label: 'results', lines })
}

function resultWords(group: readonly Node[]): string {
  const values = group.flatMap((node) => number(node, 'prov:value') ?? [])
  if (values.length < group.length) {
    const words = new Set(group.map((node) => text(node, 'prov:value') ?? ''))
    return words.size === 1 ? [...words].join('') : `${counted(words.size)} values`
  }
  const [least, most] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))]
  return shown(least) === shown(most) ? shown(least) : `${shown(least)} to ${shown(most)}`
}

/** Where any was measured: each way of knowing it by itself, never one sum of unlike kinds. */
function energyBox(sketch: Sketch): void {
  const [total] = sketch.graph.ofType('provloom:EnergyTotal')
  if (total === undefined) return
  const kinds = ['measured', 'integrated', 'estimated'] as const
  const lines = kinds.flatMap((kind) => {
    const joules = number(total, `provloom:${kind}Joules`)
    return joules === undefined ? [] : [line(kind, joulesWords(joules))]
  })
  if (lines.length === 0) return
  const emissions = sketch.graph.ofType('provloom:Emissions')
  for (const kind of kinds)
    for (const one of emissions) {
      const grams = number(one, `provloom:${kind}GramsCO2e`)
      if (grams !== undefined) lines.push(line(`emissions (${kind})`, `${shown(grams)} g CO2e`))
    }
  const unknown = number(total, 'provloom:unknownDevices') ?? 0
  if (unknown > 0) lines.push(line(`not known of ${plural(unknown, 'device')}`, '', 'quiet'))
  sketch.add('out', 'result', [total, ...sketch.graph.ofType('provloom:Energy'), ...emissions], {
    label: 'energy',
    lines,
  })
}

function joulesWords(joules: number): string {
  if (joules >= 3.6e6) return `${shown(joules / 3.6e6)} kWh`
  return joules >= 1000 ? `${shown(joules / 1000)} kJ` : `${shown(joules)} J`
}
