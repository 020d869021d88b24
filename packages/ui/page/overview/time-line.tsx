import type { Table } from '../chart/table.ts'
import { clock, number } from '../model/format.ts'
import { SaveDrawing } from '../part/save-drawing.tsx'
import { endWords } from './stop.ts'
import type { Stop } from './stop.ts'

const [width, left, right, row] = [1240, 78, 300, 28]
const shownMax = 12

/** The last moments of each rank: its last logged point, and its end. */
export function TimeLine({
  all,
  seen,
}: {
  readonly all: readonly Stop[]
  /** When a rank logged last, where nothing better is known. */
  readonly seen: (rank: number) => number | undefined
}): preact.JSX.Element | null {
  const [first] = all
  const stops = all
    .slice(0, shownMax)
    .map((one) => ({ one, end: one.timeUs, last: one.lastUs ?? seen(one.rank) }))
    .sort((a, b) => a.one.rank - b.one.rank)
  const times = stops.flatMap(({ end, last }) => [end, last]).filter((time) => time !== undefined)
  if (times.length === 0 || first === undefined) return null
  const [least, most] = [Math.min(...times), Math.max(...times)]
  const room = Math.max((most - least) * 0.12, 5_000)
  const [from, to] = [least - room, most + room * 0.4]
  const place = (time: number): number => left + ((time - from) / (to - from)) * (width - left - right)
  const height = stops.length * row + 40
  // At the right there is a note.
  const ticks = ticksOf(from, to).filter((time) => place(time) < width - 250)
  return (
    <section class="panel">
      <header>
        <h3>
          <b>Who stopped first</b> the last {spanWords(most - least)} · ● last logged point, ✕ end of the
          process{all.length > shownMax && ` · the first ${shownMax} of ${all.length}`}
        </h3>
        <SaveDrawing name="who stopped first" of=".timeline" table={() => tableOf(all)} />
      </header>
      <svg
        class="timeline"
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={stops.map(({ one }) => `rank ${one.rank}: ${one.error ?? endWords(one)}`).join('; ')}
      >
        {ticks.map((time) => (
          <>
            <line class="rule" x1={place(time)} x2={place(time)} y1="4" y2={height - 26} />
            <text x={place(time)} y={height - 8} text-anchor="middle">
              {tickWords(time, to - from)}
            </text>
          </>
        ))}
        <text x={width - 4} y={height - 8} text-anchor="end">
          {`${clock(new Date(from / 1000).toISOString()).slice(0, 5)} UTC, clocks of the ranks, corrected`}
        </text>
        {stops.map((stop, at) => (
          <Row
            key={stop.one.rank}
            {...stop}
            y={22 + at * row}
            place={place}
            from={from}
            lead={stop.one.rank === first.rank}
          />
        ))}
      </svg>
    </section>
  )
}

function Row(props: {
  readonly one: Stop
  readonly end: number | undefined
  readonly last: number | undefined
  readonly y: number
  readonly place: (time: number) => number
  readonly from: number
  readonly lead: boolean
}): preact.JSX.Element {
  const { one, y, place, from, lead } = props
  const last = props.last ?? props.end ?? from
  const end = props.end ?? last
  const dot = place(Math.min(last, end))
  const weight = lead ? 'bold' : 'normal'
  return (
    <g class={lead ? 'bad' : 'soft'}>
      <text x={left - 12} y={y + 4} text-anchor="end" font-weight={weight}>
        rank {one.rank}
      </text>
      <line class="bar" x1={left} x2={dot} y1={y} y2={y} />
      <circle cx={dot} cy={y} r="4.5" />
      <line class="dots" x1={dot} x2={place(end)} y1={y} y2={y} />
      {one.lastStep !== undefined && (
        <text x={dot + 7} y={y - 6}>
          step {number(one.lastStep)}
        </text>
      )}
      <text x={place(end) + 4} y={y + 4} font-weight={weight}>
        ✕ {said(one)}
      </text>
    </g>
  )
}

const wordsMax = 46

/** The error's name where all of it is too long. */
function said(one: Stop): string {
  const { error } = one
  if (error === undefined) return endWords(one)
  if (error.length <= wordsMax) return error
  const name = error.split(':')[0]!
  return name.length < error.length && name.length <= wordsMax ? name : `${error.slice(0, wordsMax - 1)}…`
}

/** About five, at round places. */
function ticksOf(from: number, to: number): number[] {
  const rough = (to - from) / 5
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5, 10].find((one) => one * power >= rough) ?? 10) * power
  const first = Math.ceil(from / step) * step
  return Array.from({ length: Math.floor((to - first) / step) + 1 }, (_, at) => first + at * step)
}

function tickWords(us: number, span: number): string {
  const iso = new Date(us / 1000).toISOString()
  return span < 50_000_000 ? iso.slice(17, 23) : clock(iso)
}

function spanWords(us: number): string {
  return us < 1e6
    ? `${Math.max(1, Math.round(us / 1000))} ms`
    : `${number(Number((us / 1e6).toPrecision(2)))} s`
}

function tableOf(all: readonly Stop[]): Table {
  return {
    head: ['rank', 'host', 'lastStep', 'lastUs', 'endUs', 'exit', 'signal', 'error'],
    rows: all.map((one) => [
      one.rank,
      one.host,
      one.lastStep ?? null,
      one.lastUs ?? null,
      one.timeUs ?? null,
      one.exit ?? null,
      one.signal ?? null,
      one.error ?? null,
    ]),
  }
}
