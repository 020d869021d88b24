import { useEffect, useRef } from 'preact/hooks'
import type { GraphElement } from '@provloom/reader'

interface DrawingProps {
  /** As the server draws it. */
  readonly svg: string
  readonly elements: readonly GraphElement[]
  readonly chosen: string | undefined
  readonly choose: (id: string) => void
  readonly scale: number
}

/** What a picture has above its boxes, title and legend, is the page's. */
const aboveBoxes = 68

/** The drawing of `provloom draw`, in which elements can be chosen; arrows that are not the chosen one's step back. */
export function Drawing({ svg, elements, chosen, choose, scale }: DrawingProps): preact.JSX.Element {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const drawing = drawingOf(svg, elements)
    place.current?.replaceChildren(...(drawing === undefined ? [] : [drawing]))
  }, [svg, elements])
  useEffect(() => {
    for (const one of parts(place.current, '[data-id]')) {
      const isChosen = one.dataset['id'] === chosen
      one.classList.toggle('chosen', isChosen)
      one.setAttribute('aria-pressed', String(isChosen))
    }
    for (const one of parts(place.current, '[data-from]')) {
      const { from, to } = one.dataset
      one.classList.toggle('faint', chosen !== undefined && from !== chosen && to !== chosen)
    }
  }, [svg, elements, chosen])
  useEffect(() => {
    const drawing = place.current?.querySelector<SVGSVGElement>('svg')
    if (drawing === null || drawing === undefined) return
    drawing.style.width = `${scale * 100}%`
    drawing.style.maxWidth = `${drawing.viewBox.baseVal.width * Math.max(1.25, scale * 1.25)}px`
  }, [svg, elements, scale])
  const chooseIn = (target: EventTarget | null): void => {
    const id = target instanceof Element ? idOf(target) : undefined
    if (id !== undefined) choose(id)
  }
  return (
    <div
      class="graph-room"
      ref={place}
      role="group"
      aria-label={`${elements.length} elements`}
      onClick={(event) => chooseIn(event.target)}
      onKeyDown={(event) => event.key === 'Enter' && (event.preventDefault(), chooseIn(event.target))}
    />
  )
}

function parts(place: HTMLElement | null, which: string): SVGElement[] {
  return [...(place?.querySelectorAll<SVGElement>(which) ?? [])]
}

function idOf(target: Element): string | undefined {
  return target.closest<SVGElement>('[data-id]')?.dataset['id']
}

/** The text as elements of this page, each with its name and reached by Tab. */
function drawingOf(svg: string, elements: readonly GraphElement[]): SVGSVGElement | undefined {
  const { documentElement: root } = new DOMParser().parseFromString(svg, 'image/svg+xml')
  const drawing = document.importNode(root, true)
  if (!(drawing instanceof SVGSVGElement)) return undefined
  const { width, height } = drawing.viewBox.baseVal
  drawing.setAttribute('viewBox', `0 ${aboveBoxes} ${width} ${height - aboveBoxes}`)
  drawing.setAttribute('class', 'graph')
  for (const name of ['role', 'width', 'height']) drawing.removeAttribute(name)
  const labels = new Map(elements.map((one) => [one.id, one]))
  for (const one of drawing.querySelectorAll<SVGElement>('[data-id]')) {
    const known = labels.get(one.dataset['id'] ?? '')
    one.setAttribute('tabindex', '0')
    one.setAttribute('role', 'button')
    one.setAttribute('aria-label', known === undefined ? (one.dataset['id'] ?? '') : wordsOf(known))
  }
  return drawing
}

function wordsOf({ kind, label, count }: GraphElement): string {
  return `${kind} ${label}${count > 1 ? `, ${count} of them` : ''}`
}
