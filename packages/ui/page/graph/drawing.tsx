import type { GraphAnswer, GraphElement } from '@provloom/reader'

interface DrawingProps {
  readonly graph: GraphAnswer
  readonly chosen: string | undefined
  readonly choose: (id: string) => void
  readonly scale: number
}

type Box = readonly [x: number, y: number, w: number, h: number]

/** Laid out by the server; drawn as PROV is: entities rounded, activities square, agents with a roof. */
export function Drawing({ graph, chosen, choose, scale }: DrawingProps): preact.JSX.Element {
  const near = new Set(
    graph.relations
      .filter(({ from, to }) => from === chosen || to === chosen)
      .flatMap(({ from, to }) => [from, to]),
  )
  // What a picture has above its boxes, its title, is the page's.
  const top = Math.min(...Object.values(graph.box).map(([, y]) => y))
  return (
    <div class="graph-room">
      <svg
        class="graph"
        xmlns="http://www.w3.org/2000/svg"
        viewBox={`-8 ${top - 8} ${graph.width + 16} ${graph.height - top + 16}`}
        style={{ width: `${scale * 100}%`, maxWidth: `${(graph.width + 16) * Math.max(1.2, scale * 1.2)}px` }}
        role="group"
        aria-label={`${graph.elements.length} elements`}
      >
        <defs>
          <marker
            id="arrow"
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="7"
            markerHeight="7"
            orient="auto"
          >
            <path d="M0 0 8 4 0 8z" />
          </marker>
        </defs>
        {graph.relations.map((one) => (
          <Arrow
            key={`${one.from} ${one.kind} ${one.to}`}
            from={graph.box[one.from]}
            to={graph.box[one.to]}
            kind={one.kind}
            count={one.count}
            faint={chosen !== undefined && one.from !== chosen && one.to !== chosen}
            named={graph.relations.length <= 40 || one.from === chosen || one.to === chosen}
          />
        ))}
        {graph.elements.map((one) => (
          <Element
            key={one.id}
            element={one}
            box={graph.box[one.id]}
            free={freeIn(graph, one.id)}
            chosen={one.id === chosen}
            faint={chosen !== undefined && one.id !== chosen && !near.has(one.id)}
            choose={choose}
          />
        ))}
      </svg>
    </div>
  )
}

function Arrow({
  from,
  to,
  kind,
  count,
  faint,
  named,
}: {
  readonly from: Box | undefined
  readonly to: Box | undefined
  readonly kind: string
  readonly count: number
  readonly faint: boolean
  readonly named: boolean
}): preact.JSX.Element | null {
  if (from === undefined || to === undefined) return null
  const [start, end] = ends(from, to)
  const bend =
    Math.abs(end.x - start.x) > Math.abs(end.y - start.y)
      ? { x: (end.x - start.x) / 2, y: 0 }
      : { x: 0, y: (end.y - start.y) / 2 }
  const path = `M${start.x} ${start.y}C${start.x + bend.x} ${start.y + bend.y} ${end.x - bend.x} ${end.y - bend.y} ${end.x} ${end.y}`
  return (
    <g class={`arrow ${faint ? 'faint' : ''}`}>
      <path d={path} fill="none" marker-end="url(#arrow)" />
      {named && !faint && (
        <text x={(start.x + end.x) / 2} y={(start.y + end.y) / 2 - 3} text-anchor="middle">
          {kind}
          {count > 1 ? ` ×${count}` : ''}
        </text>
      )}
    </g>
  )
}

function freeIn({ box }: GraphAnswer, id: string): number {
  const own = box[id]
  if (own === undefined) return 0
  const [x, y, w, h] = own
  const inside = Object.entries(box).flatMap(([other, [ox, oy, ow, oh]]) =>
    other !== id && ox >= x && oy > y && ox + ow <= x + w && oy + oh <= y + h ? [oy - y] : [],
  )
  return Math.min(h, ...inside)
}

interface Point {
  readonly x: number
  readonly y: number
}

function ends([fx, fy, fw, fh]: Box, [tx, ty, tw, th]: Box): [Point, Point] {
  const [a, b] = [
    { x: fx + fw / 2, y: fy + fh / 2 },
    { x: tx + tw / 2, y: ty + th / 2 },
  ]
  if (tx > fx + fw)
    return [
      { x: fx + fw, y: a.y },
      { x: tx, y: b.y },
    ]
  if (fx > tx + tw)
    return [
      { x: fx, y: a.y },
      { x: tx + tw, y: b.y },
    ]
  return b.y > a.y
    ? [
        { x: a.x, y: fy + fh },
        { x: b.x, y: ty },
      ]
    : [
        { x: a.x, y: fy },
        { x: b.x, y: ty + th },
      ]
}

function Element({
  element,
  box,
  free,
  chosen,
  faint,
  choose,
}: {
  readonly element: GraphElement
  readonly box: Box | undefined
  /** Height until the first box that lies inside. */
  readonly free: number
  readonly chosen: boolean
  readonly faint: boolean
  readonly choose: (id: string) => void
}): preact.JSX.Element | null {
  if (box === undefined) return null
  const [x, y, w, h] = box
  const fits = Math.max(8, Math.floor(w / 6.2))
  // A flat box, and one that has others in it, has its line beside its name.
  const isAgent = element.kind === 'agent'
  const beside = !isAgent && free < 37 ? (element.lines[0] ?? '').replace(`${element.label} `, '') : undefined
  return (
    <g
      class={`element ${element.kind} ${chosen ? 'chosen' : ''} ${faint ? 'faint' : ''}`}
      tabIndex={0}
      role="button"
      aria-pressed={chosen}
      aria-label={`${element.kind} ${element.label}${element.count > 1 ? `, ${element.count} of them` : ''}`}
      onClick={() => choose(element.id)}
      onKeyDown={(event) => event.key === 'Enter' && choose(element.id)}
    >
      <title>{element.id}</title>
      {element.kind === 'agent' ? (
        <path d={`M${x} ${y + h}V${y + 8}L${x + w / 2} ${y}L${x + w} ${y + 8}V${y + h}Z`} />
      ) : (
        <rect x={x} y={y} width={w} height={h} rx={element.kind === 'entity' ? 12 : 2} />
      )}
      <text x={x + 10} y={y + Math.min(19, h - 5)} font-weight="bold">
        {element.label.slice(0, fits)}
        {element.count > 1 && beside === undefined ? ` ×${element.count}` : ''}
      </text>
      {isAgent && (
        <text x={x + w + 7} y={y + Math.min(19, h - 5)}>
          {element.lines[0]}
        </text>
      )}
      {beside !== undefined && (
        <text x={x + w - 10} y={y + Math.min(19, h - 5)} text-anchor="end">
          {beside.slice(0, Math.max(4, fits - element.label.length - 2))}
        </text>
      )}
      {(beside === undefined && !isAgent ? element.lines : []).map((line, at) =>
        y + 35 + at * 15 > y + free - 2 ? null : (
          <text x={x + 10} y={y + 35 + at * 15}>
            {line.slice(0, fits)}
          </text>
        ),
      )}
    </g>
  )
}
