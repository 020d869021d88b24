import { counted, titleOfBlock, typesShown } from './caption.ts'
import type { DrawOptions } from './options.ts'
import type { Folded } from './fold.ts'
import { grouped, type Arrow, type Group, type Grouped, type Tip } from './group.ts'
import { heading } from './heading.ts'
import { legendLines } from './legend.ts'
import { noteLabel, noteLines } from './note.ts'
import { faintColour, fontName, inkColour, relationColours } from './palette.ts'
import { namesOf, placeOfBlock, shapeLines } from './shapes.ts'
import { lanesOf } from './stack.ts'
import { clean, clip, markup, quoted, quotedTooltip } from './text.ts'

const rankdirs = { right: 'RL', left: 'LR', down: 'BT', up: 'TB' } as const

/** The DOT text of a folded picture. `framed` pictures get their heading and legend elsewhere. */
export function writeDot(folded: Folded, options: DrawOptions, framed = false): string {
  const plan = new Plan(folded, options)
  const lines = [...head(folded, options, framed)]
  if (options.legend !== false && !framed) lines.push(...legendLines(folded, plan.grouped.groups.length > 0))
  lines.push(...plan.lines())
  return `digraph provenance {\n${lines.map((line) => `  ${line}\n`).join('')}}\n`
}

/** From this many shapes on, a good layout takes minutes; a picture of that size is searched more than looked at. */
const shapesForQuick = 1000
const quick = ', nslimit=0.1, nslimit1=0.1, mclimit=0.1, searchsize=5, splines=polyline'

function head(folded: Folded, options: DrawOptions, framed: boolean): string[] {
  const { title, subtitle } = heading(folded, options)
  const label =
    `<<B><FONT POINT-SIZE="18">${markup(title)}</FONT></B><BR ALIGN="LEFT"/>` +
    `<FONT POINT-SIZE="11" COLOR="${faintColour}">${markup(subtitle)}</FONT><BR ALIGN="LEFT"/>>`
  return [
    `graph [rankdir=${rankdirs[options.direction ?? 'down']}, compound=true, bgcolor=white, pad=0.2, nodesep=0.16, ranksep=0.26, ` +
      `fontname=${quoted(fontName)}, fontcolor="${inkColour}", labelloc=t, labeljust=l, tooltip=" "${folded.blocks.length > shapesForQuick ? quick : ''}${framed ? '' : `, label=${label}`}];`,
    `node [fontname=${quoted(fontName)}, fontsize=12, fontcolor="${inkColour}", style=filled, height=0.35];`,
    `edge [fontname=${quoted(fontName)}, fontsize=9, arrowsize=0.6, penwidth=0.9];`,
  ]
}

/** Names and groups are settled once, then everything is written by them. */
class Plan {
  readonly grouped: Grouped
  private readonly folded: Folded
  private readonly options: DrawOptions
  private readonly names: readonly string[]

  constructor(folded: Folded, options: DrawOptions) {
    this.folded = folded
    this.options = options
    this.names = namesOf(folded.blocks)
    this.grouped = grouped(folded, (block) => placeOfBlock(folded.blocks[block]))
  }

  lines(): string[] {
    const notes = this.options.attributes === true ? this.notes() : new Map<number, string[]>()
    const lanes = (group: Group): number[][] => lanesOf(group, this.options.direction)
    const upwards = (this.options.direction ?? 'down') === 'down'
    const arrangement = { groups: this.grouped.groups, lanes, notes, upwards }
    const lines = shapeLines(this.folded, this.names, arrangement)
    for (const [index, arrow] of this.grouped.arrows.entries()) lines.push(...this.arrowLines(arrow, index))
    return lines
  }

  private arrowLines(arrow: Arrow, index: number): string[] {
    const colour = relationColours[arrow.kind]
    const look = `color="${colour}", fontcolor="${colour}", tooltip=${quotedTooltip(this.tooltip(arrow))}`
    const label = `label=${this.label(arrow)}`
    const [from, to, ...others] = arrow.tips
    if (from === undefined || to === undefined) return []
    const tail = this.tip(from, 'tail')
    const headTip = this.tip(to, 'head')
    if (others.length === 0) {
      return [`${tail.name} -> ${headTip.name} [${label}, ${look}${tail.clip}${headTip.clip}];`]
    }
    const joint = `"joint ${index}"`
    return [
      `${joint} [shape=point, width=0.06, height=0.06, label="", ${look}];`,
      `${tail.name} -> ${joint} [arrowhead=none, ${label}, ${look}];`,
      `${joint} -> ${headTip.name} [${look}];`,
      ...others.map((third, at) => {
        const role = quoted(arrow.roles[at + 2] ?? '')
        return `${joint} -> ${this.tip(third, 'head').name} [style=dashed, label=${role}, ${look}];`
      }),
    ]
  }

  /** The shape that an arrow is tied to; at a group, one on the near side, and the arrow is cut off at the frame. */
  private tip(tip: Tip, side: 'head' | 'tail'): { name: string; clip: string } {
    if ('block' in tip) return { name: this.names[tip.block] ?? '', clip: '' }
    const group = this.grouped.groups[tip.group]
    if (group === undefined) return { name: '', clip: '' }
    const lanes = lanesOf(group, this.options.direction)
    const lane = lanes[Math.floor((lanes.length - 1) / 2)] ?? []
    const block = (side === 'head' ? lane[0] : lane.at(-1)) ?? 0
    return {
      name: this.names[block] ?? '',
      clip: `, ${side === 'head' ? 'lhead' : 'ltail'}=cluster_group_${tip.group}`,
    }
  }

  private label(arrow: Arrow): string {
    // A space on either side keeps the names of neighbouring arrows apart.
    if (this.options.attributes !== true) return `" ${arrow.kind} "`
    const records = arrow.bonds.flatMap((bond) =>
      bond.links.flatMap((link) => this.folded.picture.links[link]?.record ?? []),
    )
    return `<${[arrow.kind, ...noteLines(records, [])].map(markup).join('<BR/>')}>`
  }

  private tooltip({ kind, tips, bonds }: Arrow): string {
    const titles = tips.map((tip) => {
      const blocks = 'block' in tip ? [tip.block] : (this.grouped.groups[tip.group]?.members ?? [])
      const words = blocks.flatMap((block) => {
        const found = this.folded.blocks[block]
        return found === undefined ? [] : titleOfBlock(found)
      })
      return clip(words.join(', '), 200)
    })
    const count = bonds.reduce((sum, bond) => sum + bond.links.length, 0)
    return clean(
      `${titles[0]} ${kind} ${titles.slice(1).join(', ')}${count > 1 ? ` (${counted(count)})` : ''}`,
      600,
    )
  }

  /** By block, its attributes in a note beside it. */
  private notes(): Map<number, string[]> {
    const notes = new Map<number, string[]>()
    for (const [index, { members }] of this.folded.blocks.entries()) {
      const types = new Set(members.flatMap((member) => member.types))
      const shown = types.size > typesShown ? ['label'] : ['label', 'type']
      const lines = noteLines(
        members.flatMap((member) => member.records),
        shown,
      )
      if (lines.length === 0) continue
      const note = `"note ${index}"`
      notes.set(index, [
        `{ rank=same; ${note}; ${this.names[index]}; }`,
        `${note} [shape=note, fillcolor="#FFFFFF", color="#999999", fontsize=9, fontcolor="${faintColour}", class=note, margin="0.12,0.04", label=${noteLabel(lines)}];`,
        `${this.names[index]} -> ${note} [arrowhead=none, style=dotted, color="#999999"];`,
      ])
    }
    return notes
  }
}
