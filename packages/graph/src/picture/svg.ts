import { bendOf, headOf, labelPlace } from './curve.ts'
import type { Palette } from './palette.ts'
import { palettes } from './palette.ts'
import type { PictureRelation, RunPicture } from './picture.ts'
import { elementSvg } from './shapes.ts'
import { clean, fitted, widthOf, xml } from './text.ts'
import { counted } from './words.ts'
import { columns, margin } from './layout.ts'

export interface SvgOptions {
  /** Default light. */
  readonly theme?: 'light' | 'dark'
}

const sans = 'Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif'

/**
 * A picture as SVG. It has no script, style, link or id, so that it may be put into a page as it is; each element is a group
 * with a title that names it, and says in `data-id` what it is for whoever puts it there, an arrow in `data-from` and `data-to`.
 */
export function svgOf(picture: RunPicture, { theme = 'light' }: SvgOptions = {}): string {
  const palette = palettes[theme]
  const [width, height] = picture.size
  const room = columns.out.x - margin - 60
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${sans}" font-size="12" fill="${palette.ink}">`,
    `<title>${xml(picture.title)}</title>`,
    `<desc>${xml(picture.description)}</desc>`,
    `<rect width="${width}" height="${height}" fill="${palette.page}"/>`,
    `<text x="${margin}" y="34" font-size="20" font-weight="bold">${xml(fitted(picture.title, room, 20, 'bold'))}</text>`,
    `<text x="${margin}" y="55" font-size="12.5" fill="${palette.faint}">${xml(fitted(picture.subtitle, room + 40, 12.5))}</text>`,
    legend(palette),
    ...picture.headings.map(
      ({ words, x, y }) =>
        `<text x="${x}" y="${y}" font-size="11" font-weight="bold" fill="${palette.faint}">${words}</text>`,
    ),
    ...picture.headings.flatMap(({ note, x, y }) =>
      note === undefined ? [] : [`<text x="${x}" y="${y + 30}" fill="${palette.faint}">${note}</text>`],
    ),
    ...picture.elements
      .filter(({ inside }) => inside === undefined)
      .map((element) => elementSvg(element, palette)),
    ...picture.elements
      .filter(({ inside }) => inside !== undefined)
      .map((element) => elementSvg(element, palette)),
    ...arrows(picture, palette),
    `<path d="M${margin} ${picture.foot.rule}.5H${width - margin}" stroke="${palette.rule}"/>`,
    ...picture.foot.rows.map(
      (row, i) =>
        `<text x="${margin}" y="${picture.foot.y + i * 15}" font-size="11" fill="${palette.faint}">${xml(row)}</text>`,
    ),
    '</svg>',
    '',
  ]
  return lines.join('\n')
}

function legend({ entity, activity, agent, faint }: Palette): string {
  const x = columns.out.x
  const words = (at: number, text: string): string =>
    `<text x="${at}" y="38" font-size="11" fill="${faint}">${text}</text>`
  return [
    `<rect x="${x}.5" y="26.5" width="30" height="15" rx="7" fill="${entity.fill}" stroke="${entity.line}"/>`,
    words(x + 38, 'entity'),
    `<rect x="${x + 90}.5" y="26.5" width="30" height="15" fill="${activity.fill}" stroke="${activity.line}"/>`,
    words(x + 128, 'activity'),
    `<path d="M${x + 184}.5 41.5v-11l14 -5l14 5v11z" fill="${agent.fill}" stroke="${agent.line}"/>`,
    words(x + 220, 'agent'),
    `<text x="${x + columns.out.width}" y="59" font-size="11" text-anchor="end" fill="${faint}">an arrow points to its cause</text>`,
  ].join('')
}

const labelSize = 11

/** Lines and heads, then names over them: of arrows of a kind to one box once, and none that would lie on another one. */
function arrows({ relations, elements }: RunPicture, palette: Palette): string[] {
  const labels = new Map(elements.map(({ id, label }) => [id, label]))
  const taken: (readonly [x: number, y: number, half: number])[] = []
  const drawn: string[] = []
  const named = new Set<string>()
  const names: string[] = []
  for (const relation of relations) {
    const title = titleOf(relation, labels)
    drawn.push(
      `<g data-from="${xml(relation.from)}" data-to="${xml(relation.to)}"><title>${xml(title)}</title><path d="${bendOf(relation)}" fill="none" stroke="${palette.arrow}"/><path d="${headOf(relation)}" fill="${palette.arrow}"/></g>`,
    )
    const { x, y, anchor } = labelPlace(relation)
    const half = widthOf(relation.kind, labelSize) / 2
    const middle = anchor === 'start' ? x + half : x
    const isNamed = named.has(`${relation.kind} ${relation.to}`)
    const lies = taken.some(
      ([left, top, other]) => Math.abs(left - middle) < half + other && Math.abs(top - y) < labelSize + 1,
    )
    if (relation.side === 'around' || isNamed || lies) continue
    named.add(`${relation.kind} ${relation.to}`)
    taken.push([middle, y, half])
    names.push(
      `<text x="${x}" y="${y}" font-size="${labelSize}" text-anchor="${anchor}" fill="${palette.faint}" stroke="${palette.page}" stroke-width="4" stroke-linejoin="round" paint-order="stroke">${relation.kind}</text>`,
    )
  }
  return [...drawn, ...names]
}

function titleOf({ from, to, kind, count }: PictureRelation, labels: ReadonlyMap<string, string>): string {
  return clean(
    `${labels.get(from) ?? from} ${kind} ${labels.get(to) ?? to}${count > 1 ? ` (${counted(count)} relations)` : ''}`,
  )
}
