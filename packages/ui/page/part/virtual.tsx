import { useEffect, useRef, useState } from 'preact/hooks'
import type { ComponentChildren } from 'preact'

/**
 * A list of which only what is seen is there: ten thousand rows cost what thirty do. Rows are as high as each other.
 *
 * @param at a row that is to be in view
 */
export function Virtual<T>(props: {
  readonly rows: readonly T[]
  readonly rowHeight: number
  readonly height: number | string
  readonly label: string
  readonly at?: number | undefined
  readonly children: (row: T, index: number) => ComponentChildren
}): preact.JSX.Element {
  const { rows, rowHeight } = props
  const place = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState(0)
  const [seen, setSeen] = useState(600)
  useEffect(() => {
    const observer = new ResizeObserver((entries) => setSeen(entries.at(-1)?.contentRect.height ?? 600))
    if (place.current !== null) observer.observe(place.current)
    return () => observer.disconnect()
  }, [])
  useEffect(() => {
    const element = place.current
    if (element === null || props.at === undefined || props.at < 0) return
    const row = props.at * rowHeight
    if (row < element.scrollTop) element.scrollTop = row
    else if (row + rowHeight > element.scrollTop + element.clientHeight)
      element.scrollTop = row + rowHeight - element.clientHeight
  }, [props.at])
  const from = Math.max(0, Math.floor(top / rowHeight) - 4)
  const to = Math.min(rows.length, Math.ceil((top + seen) / rowHeight) + 4)
  return (
    <div
      class="virtual"
      ref={place}
      style={{ height: typeof props.height === 'number' ? `${props.height}px` : props.height }}
      tabIndex={0}
      role="group"
      aria-label={props.label}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
    >
      <div style={{ height: `${rows.length * rowHeight}px`, position: 'relative' }}>
        <div style={{ position: 'absolute', top: `${from * rowHeight}px`, left: 0, right: 0 }}>
          {rows.slice(from, to).map((row, at) => props.children(row, from + at))}
        </div>
      </div>
    </div>
  )
}
