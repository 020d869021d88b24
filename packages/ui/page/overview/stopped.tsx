import type { FirstToStop, RunAnswer, WhyAnswer } from '@provloom/reader'
import { useRanks } from '../ask/live.tsx'
import { clock, number } from '../model/format.ts'
import { Status } from '../part/status.tsx'

type One = Omit<FirstToStop, 'others' | 'othersMore'>

const [width, left, right, row] = [1240, 70, 290, 28]

/** Who stopped first, on a time line, and what it said. */
export function Stopped({
  why,
  run,
}: {
  readonly why: WhyAnswer
  readonly run: RunAnswer
}): preact.JSX.Element | null {
  const { first } = why
  if (first === undefined) return null
  const all: One[] = [first, ...first.others].slice(0, 12)
  return (
    <>
      <TimeLine all={all} first={first} />
      <div class="grid two">
        <section class="panel">
          <header>
            <h3>
              <b>What rank {first.rank} said</b> {endWords(first)}
            </h3>
          </header>
          <pre class="said">
            {first.place !== undefined && `${first.place}\n`}
            <b>{first.error ?? 'Nothing: it left no words.'}</b>
          </pre>
        </section>
        <section class="panel">
          <Ends all={all} more={first.othersMore} run={run} />
        </section>
      </div>
    </>
  )
}

function endWords({ exit, signal }: One): string {
  return signal !== undefined ? signal : exit === undefined ? '' : `exit code ${exit}`
}

function TimeLine({
  all,
  first,
}: {
  readonly all: readonly One[]
  readonly first: FirstToStop
}): preact.JSX.Element | null {
  const { answer } = useRanks()
  const stops = all.map((one) => ({ one, stop: one.timeUs, seen: one.lastUs ?? seenOf(answer, one.rank) }))
  const times = stops.flatMap(({ stop, seen }) => [stop, seen]).filter((time) => time !== undefined)
  if (times.length === 0) return null
  const [least, most] = [Math.min(...times), Math.max(...times)]
  const room = Math.max((most - least) * 0.25, 5_000)
  const [from, to] = [least - room, most + room * 0.3]
  const place = (time: number): number => left + ((time - from) / (to - from)) * (width - left - right)
  const height = stops.length * row + 34
  const ticks = [0.05, 0.28, 0.51, 0.74, 0.97].map((part) => from + part * (to - from))
  return (
    <section class="panel">
      <header>
        <h3>
          <b>Who stopped first</b> ● last logged point, ✕ end · by the ranks’ clocks, corrected where the
          offset is known
        </h3>
      </header>
      <svg
        class="timeline"
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={stops.map(({ one }) => `rank ${one.rank}: ${one.error ?? endWords(one)}`).join('; ')}
      >
        {ticks.map((time) => (
          <>
            <line class="rule" x1={place(time)} x2={place(time)} y1="4" y2={height - 24} />
            <text x={place(time)} y={height - 8} text-anchor="middle">
              {clockUs(time, to - from)}
            </text>
          </>
        ))}
        {stops.map(({ one, stop, seen }, at) => {
          const y = 18 + at * row
          const lead = one === first || one.rank === first.rank
          const last = seen ?? stop ?? from
          const end = stop ?? last
          return (
            <g class={lead ? 'bad' : 'soft'}>
              <text x={left - 10} y={y + 4} text-anchor="end" font-weight={lead ? 'bold' : 'normal'}>
                rank {one.rank}
              </text>
              <line class="bar" x1={left} x2={place(Math.min(last, end))} y1={y} y2={y} />
              <circle cx={place(Math.min(last, end))} cy={y} r="4.5" />
              <line class="dots" x1={place(Math.min(last, end))} x2={place(end)} y1={y} y2={y} />
              {one.lastStep !== undefined && (
                <text x={place(Math.min(last, end)) + 7} y={y - 6}>
                  step {number(one.lastStep)}
                </text>
              )}
              <text x={place(end) + 8} y={y + 4} font-weight={lead ? 'bold' : 'normal'}>
                ✕ {(one.error ?? endWords(one)).slice(0, 44)}
              </text>
            </g>
          )
        })}
      </svg>
    </section>
  )
}

type Ranks = ReturnType<typeof useRanks>['answer']

function seenOf(ranks: Ranks, rank: number): number | undefined {
  const at = ranks?.columns.rank.indexOf(rank) ?? -1
  if (ranks === undefined || at < 0 || ranks.odd['lastSeen']?.nan?.includes(at) === true) return undefined
  return ranks.columns.lastSeen[at]
}

function clockUs(us: number, span: number): string {
  const iso = new Date(us / 1000).toISOString()
  return span < 5e6 ? iso.slice(17, 23) : clock(iso)
}

function Ends({
  all,
  more,
  run,
}: {
  readonly all: readonly One[]
  readonly more: number
  readonly run: RunAnswer
}): preact.JSX.Element {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">rank</th>
          <th scope="col">ended</th>
          <th scope="col" class="number">
            last step
          </th>
          <th scope="col">what it said</th>
        </tr>
      </thead>
      <tbody>
        {all.map((one, at) => (
          <tr class={at === 0 ? 'at' : ''}>
            <th scope="row">
              <a href={`#/${encodeURIComponent(run.run)}/ranks?rank=${one.rank}`}>{one.rank}</a>
            </th>
            <td>
              <Status of={one.signal === undefined ? 'failed' : 'killed'} more={` ${endWords(one)}`} />
            </td>
            <td class="number">{one.lastStep === undefined ? '–' : number(one.lastStep)}</td>
            <td>{one.error ?? ''}</td>
          </tr>
        ))}
        {more > 0 && (
          <tr>
            <td colSpan={4}>and {more} more</td>
          </tr>
        )}
      </tbody>
    </table>
  )
}
