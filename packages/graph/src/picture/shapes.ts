import { contextHeader, largeMetric, metricNotes, rowHeight, runHeader, smallMetric } from './layout.ts'
import { markSvg } from './mark.ts'
import type { Paint, Palette } from './palette.ts'
import type { Box, Line, PictureElement, Tone } from './picture.ts'
import { sparkSvg } from './spark-line.ts'
import type { Face } from './text.ts'
import { fitted, widthOf, xml } from './text.ts'
import { counted } from './words.ts'

const mono = 'ui-monospace, Menlo, Consolas, DejaVu Sans Mono, monospace'

/** Draws one element, and notes which of its words were cut. */
class Pen {
  readonly palette: Palette
  readonly pieces: string[] = []
  readonly cut: string[] = []

  constructor(palette: Palette) {
    this.palette = palette
  }

  /** @param how the room in px; the text is set from `x` to the right, or with `end` to the left. @returns its width */
  text(
    words: string,
    x: number,
    y: number,
    how: {
      readonly room: number
      readonly size?: number
      readonly face?: Face
      readonly fill?: string
      readonly end?: boolean
      readonly middle?: boolean
    },
  ): number {
    const { room, size = 12, face = 'plain', fill = this.palette.ink, end = false, middle = false } = how
    if (words === '') return 0
    const shown = fitted(words, room, size, face)
    if (shown !== words) this.cut.push(words)
    const attributes = [
      `x="${x}" y="${y}"`,
      size === 12 ? '' : `font-size="${size}"`,
      face === 'bold' ? 'font-weight="bold"' : face === 'mono' ? `font-family="${mono}"` : '',
      end ? 'text-anchor="end"' : middle ? 'text-anchor="middle"' : '',
      fill === this.palette.ink ? '' : `fill="${fill}"`,
    ]
    this.pieces.push(`<text ${attributes.filter((one) => one !== '').join(' ')}>${xml(shown)}</text>`)
    return widthOf(shown, size, face)
  }

  /** A name from the left and its value from the right; the value has what the name leaves, and at least half. */
  line({ name, value, tone }: Line, x: number, y: number, room: number, size = 11.5): void {
    const { faint } = this.palette
    const face: Face = tone === 'plain' && value !== '' ? 'mono' : 'plain'
    const wanted = Math.min(
      widthOf(name, size),
      value === '' ? room : room - Math.min(widthOf(value, size, face) + 10, room * 0.6),
    )
    const used = this.text(name, x, y, {
      room: wanted,
      size,
      fill: tone === 'bad' && value === '' ? this.palette.bad : faint,
    })
    this.text(value, x + room, y, {
      room: room - (used === 0 ? 0 : used + 10),
      size,
      face,
      fill: this.fill(tone),
      end: true,
    })
  }

  fill(tone: Tone): string {
    const { ink, faint, good, bad } = this.palette
    return tone === 'good' ? good : tone === 'bad' ? bad : tone === 'quiet' ? faint : ink
  }

  rect([x, y, width, height]: Box, { fill, line }: Paint, radius = 0): void {
    const round = radius === 0 ? '' : ` rx="${radius}"`
    this.pieces.push(
      `<rect x="${x}" y="${y}" width="${width}" height="${height}"${round} fill="${fill}" stroke="${line}"/>`,
    )
  }
}

/** One element with all its words; its title names it, and says what had to be cut. */
export function elementSvg(element: PictureElement, palette: Palette): string {
  const pen = new Pen(palette)
  draw(pen, element)
  const { id, count } = element
  const title = [`${id}${count > 1 ? ` and ${counted(count - 1)} more` : ''}`, ...pen.cut].join('\n')
  return `<g data-id="${xml(id)}"><title>${xml(title)}</title>${pen.pieces.join('')}</g>`
}

function draw(pen: Pen, element: PictureElement): void {
  const { part, kind, inside } = element
  switch (part) {
    case 'run':
      return drawRun(pen, element)
    case 'context':
      return drawContext(pen, element)
    case 'metric':
      return drawMetric(pen, element)
    case 'ranks':
    case 'attempt':
    case 'group':
      return drawRow(pen, element)
    case 'person':
    case 'host':
      return drawHouse(pen, element)
    case 'more':
      if (inside !== undefined) {
        const [x, y, width] = element.box
        pen.text(element.label, x + 7, y + 12, { room: width - 14, size: 11, fill: pen.palette.faint })
        return
      }
      return drawBox(pen, element, pen.palette[kind])
    case 'data':
    case 'file':
    case 'code':
    case 'parameters':
    case 'environment':
    case 'former run':
    case 'version':
    case 'model':
    case 'result':
    case 'machinery':
      return drawBox(pen, element, pen.palette[kind])
  }
}

/** Entities are round, activities are not; agents are houses. */
function drawBox(pen: Pen, { box, label, lines, kind }: PictureElement, paint: Paint): void {
  const [x, y, width, height] = box
  if (kind === 'agent') pen.pieces.push(house(box, paint))
  else pen.rect(box, paint, kind === 'entity' ? Math.min(13, height / 2 - 1) : 0)
  const top = kind === 'agent' ? y + 4 : y
  pen.text(label, x + 13, top + 19, { room: width - 26, face: 'bold' })
  for (const [i, line] of lines.entries())
    pen.line(line, x + 13, top + 19 + (i + 1) * rowHeight.box, width - 26)
}

function house([x, y, width, height]: Box, { fill, line }: Paint): string {
  const roof = 8
  return `<path d="M${x} ${y + height}V${y + roof}L${x + width / 2} ${y}L${x + width} ${y + roof}V${y + height}z" fill="${fill}" stroke="${line}"/>`
}

function drawHouse(pen: Pen, { box, label, lines }: PictureElement): void {
  const [x, y, width] = box
  pen.pieces.push(house(box, pen.palette.agent))
  pen.text(label, x + width / 2, y + 23, { room: width - 10, size: 11.5, middle: true })
  pen.text(lines[0]?.name ?? '', x + width + 8, y + 22, { room: 400, size: 11, fill: pen.palette.faint })
}

function drawRun(pen: Pen, { box, label, lines }: PictureElement): void {
  const [x, y, width] = box
  pen.rect(box, pen.palette.activity)
  pen.text(label, x + 13, y + 20, { room: width - 26, size: 13, face: 'bold' })
  const first = y + runHeader(0) + 9
  for (const [i, line] of lines.entries()) pen.line(line, x + 13, first + i * rowHeight.run, width - 26)
}

function drawRow(pen: Pen, { box, label, lines, part }: PictureElement): void {
  const [x, y, width] = box
  const [first, ...others] = lines
  if (part === 'ranks') pen.rect(box, pen.palette.row)
  const value = first?.value ?? ''
  const fill = pen.fill(first?.tone ?? 'plain')
  const mark = part === 'ranks' ? markSvg(value, fill) : undefined
  if (mark !== undefined) pen.pieces.push(`<g transform="translate(${x + 7} ${y + 4})">${mark}</g>`)
  const left = x + (part === 'attempt' ? 0 : mark === undefined ? 7 : 23)
  const right = x + width - (part === 'attempt' ? 0 : 7)
  const room = right - left
  const used = pen.text(label, left, y + 13, {
    room: room - Math.min(widthOf(value, 11), room * 0.62) - 10,
    size: 11,
    face: part === 'attempt' ? 'bold' : 'plain',
    fill: part === 'group' ? pen.palette.faint : pen.palette.ink,
  })
  pen.text(value, right, y + 13, { room: room - used - 10, size: 11, fill, end: true })
  for (const [i, line] of others.entries()) pen.line(line, left, y + 13 + (i + 1) * rowHeight.row, room, 11)
}

function drawContext(pen: Pen, { box, label, lines }: PictureElement): void {
  const [x, y, width] = box
  const [first, ...others] = lines
  pen.rect(box, pen.palette.inner)
  const value = first?.value ?? ''
  const used = pen.text(label, x + 8, y + 16, { room: width - 26 - widthOf(value, 11), face: 'bold' })
  pen.text(value, x + width - 8, y + 16, {
    room: width - 26 - used,
    size: 11,
    fill: pen.palette.faint,
    end: true,
  })
  for (const [i, line] of others.entries())
    pen.line(line, x + 8, y + contextHeader(1) - 5 + (i + 1) * rowHeight.note, width - 16, 11)
}

/** Its name and how it went, in large and its course beside it, or in a line. */
function drawMetric(pen: Pen, { box, label, lines, spark }: PictureElement): void {
  const [x, y, width, height] = box
  const [first, ...others] = lines
  const large = height >= largeMetric + rowHeight.note * metricNotes(lines, true).length
  const best = others.find(({ name }) => name === 'min' || name === 'max')
  const value = first?.value ?? ''
  const fill = pen.fill(first?.tone ?? 'plain')
  const { faint } = pen.palette
  if (large) {
    const extreme = best === undefined ? '' : `${best.name} ${best.value}`
    pen.text(label, x, y + 13, { room: spark === undefined ? width : 120 })
    const room = width - widthOf(extreme, 11) - 12
    const used = pen.text(value, x, y + 30, { room, size: 13, face: 'bold', fill })
    pen.text(extreme, x + width, y + 31, { room: width - used - 12, size: 11, fill: faint, end: true })
    if (spark !== undefined)
      pen.pieces.push(sparkSvg(spark, [x + 128, y + 1, width - 128, 19], pen.palette.spark))
  } else {
    const over = others.find(({ name, tone }) => tone === 'quiet' && name !== 'min' && name !== 'max')
    const beside = over?.value ?? (best === undefined ? '' : `${best.name} ${best.value}`)
    pen.text(beside, x + width, y + 12, { room: 106, size: 11, fill: faint, end: true })
    const end = x + width - (beside === '' ? 0 : 114)
    const shown = pen.text(value, end, y + 12, { room: 130, size: 11.5, face: 'bold', fill, end: true })
    pen.text(label, x, y + 12, { room: end - shown - 10 - x, size: 11.5 })
    if (over !== undefined) pen.cut.push(`${over.name} ${over.value}`)
  }
  const top = y + (large ? largeMetric : smallMetric)
  for (const [i, line] of metricNotes(lines, large).entries())
    pen.line(line, x, top + 8 + i * rowHeight.note, width, 10.5)
}
