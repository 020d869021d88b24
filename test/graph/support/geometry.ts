import type { Box, PictureElement, RunPicture } from '@provloom/graph/picture'
import { SaxesParser } from 'saxes'

/** What is wrong with how a picture is laid out; nothing of a good one. */
export function faultsOf(picture: RunPicture): string[] {
  return [...outsideOf(picture), ...overlapsOf(picture), ...looseArrows(picture), ...uncounted(picture)]
}

function outsideOf({ elements, size: [width, height] }: RunPicture): string[] {
  const byId = new Map(elements.map((element) => [element.id, element]))
  return elements.flatMap(({ id, box, inside }) => {
    const outer = inside === undefined ? undefined : byId.get(inside)
    const around: Box = outer?.box ?? [0, 0, width, height]
    const isThere = box[2] > 0 && box[3] > 0 && (inside === undefined || outer !== undefined)
    return isThere && isWithin(box, around) ? [] : [`${id} is not within ${inside ?? 'the picture'}`]
  })
}

function isWithin([x, y, width, height]: Box, [left, top, wide, high]: Box): boolean {
  return x >= left && y >= top && x + width <= left + wide && y + height <= top + high
}

function overlapsOf({ elements, foot }: RunPicture): string[] {
  const faults: string[] = []
  for (const [i, one] of elements.entries()) {
    for (const other of elements.slice(i + 1))
      if (one.inside === other.inside && overlap(one.box, other.box))
        faults.push(`${one.id} lies on ${other.id}`)
    const isFoot = one.part === 'person' || one.part === 'host'
    const [, y, , height] = one.box
    if (isFoot ? y < foot.rule : y + height > foot.rule) faults.push(`${one.id} lies on the foot's line`)
  }
  return faults
}

function overlap([x, y, width, height]: Box, [left, top, wide, high]: Box): boolean {
  return x < left + wide && left < x + width && y < top + high && top < y + height
}

/** An arrow begins and ends at the edge of what it ties. */
function looseArrows({ elements, relations }: RunPicture): string[] {
  const byId = new Map(elements.map((element) => [element.id, element]))
  return relations.flatMap(({ from, to, kind, line: [x1, y1, x2, y2] }) => [
    ...(isAtEdge(byId.get(from), x1, y1) ? [] : [`${kind} does not begin at ${from}`]),
    ...(isAtEdge(byId.get(to), x2, y2) ? [] : [`${kind} does not end at ${to}`]),
  ])
}

function isAtEdge(element: PictureElement | undefined, x: number, y: number): boolean {
  if (element === undefined) return false
  const [left, top, width, height] = element.box
  const isAcross = (x === left || x === left + width) && y > top && y < top + height
  const isAlong = (y === top || y === top + height) && x > left && x < left + width
  return isAcross || isAlong
}

/** All of the document is drawn, by itself or among others, or counted as folded. */
function uncounted({ elements, folded, total }: RunPicture): string[] {
  const drawn = elements.reduce((sum, { count }) => sum + count, 0)
  const said = folded.reduce((sum, { count }) => sum + count, 0)
  const ids = new Set(elements.map(({ id }) => id)).size
  return [
    ...(drawn + said === total.elements
      ? []
      : [`${drawn} drawn and ${said} folded are not ${total.elements}`]),
    ...(ids === elements.length ? [] : ['two elements have one id']),
  ]
}

export interface SvgParts {
  /** How many of each tag. */
  readonly tags: ReadonlyMap<string, number>
  readonly attributes: ReadonlySet<string>
  readonly titles: readonly string[]
  readonly texts: readonly string[]
  readonly description: string
}

/** An SVG as an XML parser reads it. @throws where it is not well formed, or a number in it is none */
export function svgParts(svg: string): SvgParts {
  const tags = new Map<string, number>()
  const attributes = new Set<string>()
  const found = { title: [] as string[], desc: [] as string[], text: [] as string[] }
  const parser = new SaxesParser({ xmlns: true })
  let within = ''
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', (tag) => {
    within = tag.name
    tags.set(tag.name, (tags.get(tag.name) ?? 0) + 1)
    for (const [name, { value }] of Object.entries(tag.attributes)) {
      attributes.add(name)
      if (/NaN|undefined|Infinity/.test(value)) throw new Error(`${tag.name} has ${name}="${value}"`)
    }
    if (within === 'title' || within === 'desc' || within === 'text') found[within].push('')
  })
  parser.on('text', (text) => {
    if (within !== 'title' && within !== 'desc' && within !== 'text') return
    const list = found[within]
    list[list.length - 1] += text
  })
  parser.on('closetag', () => {
    within = ''
  })
  parser.write(svg).close()
  return { tags, attributes, titles: found.title, texts: found.text, description: found.desc.join(' ') }
}
