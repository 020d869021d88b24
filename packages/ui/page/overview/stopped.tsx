import type { FirstToStop, RunAnswer, WhyAnswer } from '@provloom/reader'
import { useRanks } from '../ask/live.tsx'
import { Chart } from '../chart/chart.tsx'
import { addressOf } from '../model/address.ts'
import { number, ranges } from '../model/format.ts'
import { extentOf, groupOf, mainMetrics } from '../model/metric.ts'
import { rowsOfRanks } from '../model/ranks.ts'
import { statusLook } from '../model/status.ts'
import { Copy } from '../part/copy.tsx'
import { Peers } from './peers.tsx'
import { endWords } from './stop.ts'
import type { Stop } from './stop.ts'
import { TimeLine } from './time-line.tsx'

/** Who stopped first, on a time line, and what it said. */
export function Stopped({
  why,
  run,
}: {
  readonly why: WhyAnswer
  readonly run: RunAnswer
}): preact.JSX.Element | null {
  const { first } = why
  const { answer } = useRanks()
  if (first === undefined) return null
  const rows = answer === undefined ? [] : rowsOfRanks(answer)
  const all: Stop[] = [first, ...first.others]
  const seen = (rank: number): number | undefined => rows.find((one) => one.rank === rank)?.lastSeen
  const status = (rank: number): string => rows.find((one) => one.rank === rank)?.status ?? run.status
  return (
    <>
      <TimeLine all={all} seen={seen} />
      <div class="grid two">
        <section class="panel">
          <Said first={first} />
          <Ends all={all} more={first.othersMore} run={run.run} status={status} />
        </section>
        <div>
          <LossUntil run={run} first={first} />
          <section class="panel">
            <Peers run={run} />
            {why.notIt.length > 0 && <p class="state">Nothing seen of: {why.notIt.join(', ')}.</p>}
            {why.unknown.length > 0 && <p class="state">Not known: {why.unknown.join('; ')}.</p>}
          </section>
        </div>
      </div>
    </>
  )
}

const linesShown = 24

/** The traceback or the last lines, of which the last is the error. */
function Said({ first }: { readonly first: FirstToStop }): preact.JSX.Element {
  const { rank, said, error, place } = first
  const lines = (said ?? error ?? '').trimEnd().split('\n')
  const shown = lines.slice(-linesShown)
  const at = error === undefined ? -1 : shown.findIndex((line) => line.includes(error))
  return (
    <>
      <header>
        <h3>
          <b>What rank {rank} said</b>{' '}
          {[
            said === undefined ? '' : said.includes('Traceback (') ? 'traceback' : 'its last lines',
            endWords(first),
            place ?? '',
          ]
            .filter((one) => one !== '')
            .join(' · ')}
        </h3>
        {said !== undefined && <Copy text={said} />}
      </header>
      <pre class="said" tabIndex={0}>
        {lines.length > linesShown && `… ${lines.length - linesShown} lines before\n`}
        {said === undefined && error === undefined && <b>Nothing: it left no words.</b>}
        {shown.map((line, index) => (
          <>
            {index === at ? <b>{line}</b> : line}
            {'\n'}
          </>
        ))}
      </pre>
    </>
  )
}

const endsShown = 12

/** Ranks that ended alike are one row. */
function Ends(props: {
  readonly all: readonly Stop[]
  readonly more: number
  readonly run: string
  readonly status: (rank: number) => string
}): preact.JSX.Element {
  const { all, more, run, status } = props
  const [first, ...others] = all
  const groups = new Map<string, Stop[]>()
  for (const one of others) {
    const alike = JSON.stringify([endWords(one), one.lastStep, one.error])
    groups.set(alike, [...(groups.get(alike) ?? []), one])
  }
  const rows = [...(first === undefined ? [] : [[first]]), ...groups.values()]
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
        {rows.slice(0, endsShown).map((of, at) => {
          const [one] = of
          const { glyph, word, tone } = statusLook(one!.signal === undefined ? status(one!.rank) : 'killed')
          return (
            <tr class={at === 0 ? 'at' : ''}>
              <th scope="row">
                <a href={addressOf({ page: 'ranks', run, with: { rank: String(one!.rank) } })}>
                  {ranges(of.map(({ rank }) => rank))}
                </a>
              </th>
              <td class={`status ${tone}`}>
                <span aria-hidden="true">{glyph}</span> {endWords(one!) || word}
              </td>
              <td class="number">{one!.lastStep === undefined ? '–' : number(one!.lastStep)}</td>
              <td>{one!.error ?? <span class="soft">nothing</span>}</td>
            </tr>
          )
        })}
        {more + Math.max(0, rows.length - endsShown) > 0 && (
          <tr>
            <td colSpan={4}>and more: provloom why {run}</td>
          </tr>
        )}
      </tbody>
    </table>
  )
}

/** The main metric up to the end, and where that was. */
function LossUntil({
  run,
  first,
}: {
  readonly run: RunAnswer
  readonly first: FirstToStop
}): preact.JSX.Element | null {
  const [main] = mainMetrics(run.metrics)
  if (main === undefined) return null
  const mark =
    first.lastStep === undefined ? [] : [{ at: first.lastStep, text: `rank ${first.rank} stopped` }]
  return (
    <Chart
      curves={[{ metric: main.id, label: main.key, colour: 0, extent: extentOf(main, run) }]}
      name={main.key}
      about={`${groupOf(main)} · median of ${main.ranks} ranks, up to the end`}
      metricKey={main.key}
      unit={main.unit}
      until={Math.ceil((main.lastStep ?? 0) * 1.15)}
      marks={mark}
      height={170}
    />
  )
}
