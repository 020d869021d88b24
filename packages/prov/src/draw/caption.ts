import { sameName } from '../model/qname.ts'
import { writtenValue } from '../model/value.ts'
import { prov } from '../model/vocabulary.ts'
import type { Block } from './fold.ts'
import { summarise } from './ranges.ts'
import { clean, clip, markup, wrap } from './text.ts'

/** Characters per line and lines of a title inside a shape. */
const lineChars = 22
const linesMax = 3
/** Types named under the title. */
export const typesShown = 2

/** Numbers as people read them; a fixed locale, so that bytes do not vary. */
export function counted(n: number): string {
  return n.toLocaleString('en-US')
}

/** The title of a block in one line. */
export function titleOfBlock({ members, rest }: Block): string {
  if (rest) return `+ ${counted(members.length)} more …`
  return summarise(members.map((member) => member.title))
}

/** What stands inside the shape, as an HTML-like label: the title, and smaller what it is and how many it stands for. */
export function labelOfBlock(block: Block): string {
  const title = wrap(titleAndValue(block), lineChars, linesMax).map(markup).join('<BR/>')
  const kind = kindLine(block)
  const small = kind === '' ? '' : `<BR/><FONT POINT-SIZE="9" COLOR="#444444">${markup(kind)}</FONT>`
  return `<${title === '' ? ' ' : title}${small}>`
}

/** Of something that has a value (prov:value) the value too, where all that the shape stands for have the same. */
function titleAndValue(block: Block): string {
  const title = titleOfBlock(block)
  const values = new Set<string>()
  if (block.rest) return title
  for (const { records } of block.members)
    for (const { attributes } of records)
      for (const [name, value] of attributes)
        if (sameName(name, prov('value'))) values.add(writtenValue(value))
  const [only, another] = values
  return only === undefined || another !== undefined ? title : `${title} = ${clip(clean(only), lineChars)}`
}

function kindLine({ members, rest }: Block): string {
  const [first] = members
  if (rest || first === undefined) return ''
  const types = [...new Set(members.flatMap((member) => member.types.map(shortType)))]
  const shown = types.slice(0, typesShown).join(', ') + (types.length > typesShown ? ', …' : '')
  const what = shown === '' && members.length > 1 && first.kind !== 'unknown' ? first.kind : shown
  const line = members.length > 1 ? `${counted(members.length)} × ${what}` : what
  return clip(line, lineChars + 12).trim()
}

/** `mls:Run` and `http://www.w3.org/ns/mls#Run` both read as `Run`. */
function shortType(type: string): string {
  const local = /[^:/#]+$/.exec(type)
  return local === null ? type : local[0]
}

/** What a reader sees who points at a shape: the name of the element, or the first and last of several. */
export function tooltipOfBlock({ members }: Block): string {
  const [first] = members
  const last = members.at(-1)
  if (first === undefined || last === undefined) return ''
  const name = clean(first.name === '' ? first.title : first.name, 400)
  return members.length === 1 ? name : `${name} … ${clean(last.name, 400)} (${counted(members.length)})`
}
