import { spreadOf } from '../model/ranks.ts'
import type { RankRow } from '../model/ranks.ts'

/** How many ranks are how slow. */
export function Spread({
  rows,
  metric,
}: {
  readonly rows: readonly RankRow[]
  readonly metric: string
}): preact.JSX.Element | null {
  const ratios = rows.flatMap(({ ratio }) => ratio ?? [])
  if (ratios.length < 3) return null
  const { from, to, counts } = spreadOf(ratios)
  const [width, height] = [340, 96]
  const most = Math.log(Math.max(...counts) + 1)
  const bar = width / counts.length
  const place = (ratio: number): number => ((ratio - from) / (to - from)) * width
  const step = (to - from) / 5 > 0.2 ? Math.ceil((to - from) / 5) : 0.2
  const ticks = Array.from({ length: 12 }, (_, at) =>
    Number((Math.ceil(from / step) * step + at * step).toFixed(2)),
  ).filter((one) => one <= to)
  return (
    <section class="panel">
      <header>
        <h3>
          <b>{metric}, last 20 steps</b> {ratios.length} ranks, log scale
        </h3>
      </header>
      <svg
        class="spread"
        viewBox={`0 0 ${width} ${height + 18}`}
        role="img"
        aria-label={`ratios from ${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)} times the median`}
      >
        {counts.map((of, at) => {
          if (of === 0) return null
          const tall = Math.max(4, (Math.log(of + 1) / most) * height)
          const ratio = from + ((at + 0.5) / counts.length) * (to - from)
          return (
            <rect
              class={ratio >= 1.15 ? 'slow' : ''}
              x={at * bar + 0.5}
              y={height - tall}
              width={bar - 1}
              height={tall}
            >
              <title>{`${of} at ${ratio.toFixed(2)}×`}</title>
            </rect>
          )
        })}
        <line class="rule" x1="0" x2={width} y1={height} y2={height} />
        {ticks.map((one) => (
          <text x={place(one)} y={height + 14} text-anchor="middle">
            {one}×
          </text>
        ))}
      </svg>
    </section>
  )
}
