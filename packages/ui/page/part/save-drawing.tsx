import { csvOf } from '../chart/table.ts'
import type { Table } from '../chart/table.ts'
import { saveFile } from './save.ts'

/** A drawing of ours as SVG, and what it is of as CSV. */
export function SaveDrawing(props: {
  readonly name: string
  /** The drawing, as a selector within the panel. */
  readonly of: string
  readonly table: () => Table
}): preact.JSX.Element {
  const { name, of, table } = props
  return (
    <nav class="tools" aria-label={`save ${name}`}>
      <button
        onClick={(event) => {
          const drawing = event.currentTarget.closest('.panel')?.querySelector(of)
          if (drawing instanceof SVGSVGElement) saveFile(`${name}.svg`, standing(drawing), 'image/svg+xml')
        }}
      >
        SVG
      </button>
      <button class="csv" onClick={() => saveFile(`${name}.csv`, csvOf(table()), 'text/csv')}>
        CSV
      </button>
    </nav>
  )
}

const looks = [
  'fill',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'font-size',
  'font-weight',
  'opacity',
] as const

/** With all in it that our style says of it elsewhere. */
function standing(drawing: SVGSVGElement): string {
  const copy = drawing.cloneNode(true)
  if (!(copy instanceof SVGSVGElement)) return ''
  const [own, theirs] = [drawing.querySelectorAll('*'), copy.querySelectorAll('*')]
  for (const [at, one] of own.entries()) {
    const style = getComputedStyle(one)
    for (const name of looks) theirs[at]?.setAttribute(name, style.getPropertyValue(name))
  }
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  copy.setAttribute('font-family', 'Helvetica, Arial, sans-serif')
  return new XMLSerializer().serializeToString(copy)
}
