import { labelOfBlock, tooltipOfBlock } from './caption.ts'
import type { Block, Folded } from './fold.ts'
import type { Group } from './group.ts'
import { looks } from './palette.ts'
import { summarise } from './ranges.ts'
import { clean, quoted, quotedTooltip } from './text.ts'

/** A name in the DOT text for each block: its first member's, for those who read DOT; numbered where that is taken. */
export function namesOf(blocks: readonly Block[]): string[] {
  const taken = new Set<string>()
  const used = new Map<string, number>()
  return blocks.map(({ members }) => {
    const plain = clean(members[0]?.name ?? '', 120) || 'open'
    let name = plain
    let number = used.get(plain) ?? 1
    while (taken.has(name)) name = `${plain} #${++number}`
    used.set(plain, number)
    taken.add(name)
    return quoted(name)
  })
}

/** The bundles a block stands in, as a key; empty for the document itself. */
export function placeOfBlock(block: Block | undefined): string {
  if (block === undefined || block.rest) return ''
  const bundles = new Set(block.members.map((member) => member.bundle))
  return [...bundles].filter((bundle) => bundle >= 0).join()
}

export interface Arrangement {
  readonly groups: readonly Group[]
  /** How the shapes of a group are stacked. */
  readonly lanes: (group: Group) => readonly number[][]
  /** DOT lines of notes, by block. */
  readonly notes: ReadonlyMap<number, readonly string[]>
  /** Whether the picture grows upwards; Graphviz then has the top of a frame at its bottom. */
  readonly upwards: boolean
}

/** Every shape, in frames of its bundle and its group. */
export function shapeLines(
  folded: Folded,
  names: readonly string[],
  { groups, lanes, notes, upwards }: Arrangement,
): string[] {
  const lonely = new Set(folded.blocks.keys())
  for (const { members } of groups) for (const member of members) lonely.delete(member)
  const places = new Map<string, string[]>()
  const put = (block: number, lines: readonly string[]): void => {
    const key = placeOfBlock(folded.blocks[block])
    const known = places.get(key)
    if (known === undefined) places.set(key, [...lines])
    else known.push(...lines)
  }
  const shape = (block: number): string[] => [
    shapeLine(folded.blocks[block], names[block] ?? ''),
    ...(notes.get(block) ?? []),
  ]
  for (const block of lonely) put(block, shape(block))
  for (const [index, group] of groups.entries()) {
    put(group.members[0] ?? 0, groupLines(names, group.members.flatMap(shape), lanes(group), index))
  }
  return [...places].flatMap(([key, lines], order) =>
    key === '' ? lines : bundleLines(bundleTitle(folded, key), lines, order, upwards),
  )
}

function bundleTitle({ picture }: Folded, key: string): string {
  return summarise(key.split(',').map((bundle) => picture.bundles[Number(bundle)]?.title ?? ''))
}

function bundleLines(title: string, lines: readonly string[], order: number, upwards: boolean): string[] {
  return [
    `subgraph cluster_bundle_${order} {`,
    `  graph [label=${quoted(`bundle ${title}`)}, labelloc=${upwards ? 'b' : 't'}, labeljust=l, style="rounded,filled", color="#999999", fillcolor="#F4F4F4", fontsize=11, margin=10];`,
    ...lines.map((line) => `  ${line}`),
    '}',
  ]
}

function groupLines(
  names: readonly string[],
  shapes: readonly string[],
  lanes: readonly number[][],
  index: number,
): string[] {
  return [
    `subgraph cluster_group_${index} {`,
    '  graph [label="", style="rounded,filled", color="#BBBBBB", fillcolor="#FBFBF4", margin=8];',
    ...shapes.map((line) => `  ${line}`),
    ...lanes
      .filter((lane) => lane.length > 1)
      .map((lane) => `  ${lane.map((block) => names[block]).join(' -> ')} [style=invis, weight=10];`),
    '}',
  ]
}

function shapeLine(block: Block | undefined, name: string): string {
  const [first] = block?.members ?? []
  if (block === undefined || first === undefined) return ''
  const { shape, fill, line, margin } = looks[block.rest ? 'unknown' : first.kind]
  const attributes = [
    `label=${labelOfBlock(block)}`,
    `shape=${shape}`,
    `fillcolor="${fill}"`,
    `color="${line}"`,
    `margin="${margin}"`,
    `tooltip=${quotedTooltip(tooltipOfBlock(block))}`,
    `class=${first.kind}`,
  ]
  if (block.members.length > 1) attributes.push('peripheries=2')
  if (!first.declared) attributes.push('style="filled,dashed"')
  return `${name} [${attributes.join(', ')}];`
}
