import type { Table } from '../chart/table.ts'
import { count, ranges } from '../model/format.ts'
import { statusLook } from '../model/status.ts'
import type { Standing } from '../model/standing.ts'
import { SaveTable } from '../part/save-table.tsx'

const shownMax = 12

/** Ranks of which there is something to say, the gravest first. */
export function StandsOut(props: {
  readonly run: string
  readonly standing: readonly Standing[]
  readonly total: number
  readonly chosen: number | undefined
  readonly choose: (rank: number) => void
}): preact.JSX.Element {
  const { run, standing, total, chosen, choose } = props
  const of = standing.reduce((sum, { ranks }) => sum + ranks.length, 0)
  return (
    <section class="panel">
      <header>
        <h3>
          <b>Stands out</b> {count(of)} of {count(total)}
        </h3>
        {standing.length > 0 && <SaveTable name={`${run} stands out`} table={() => tableOf(standing)} />}
      </header>
      {standing.length === 0 && <p class="state">No rank does.</p>}
      {standing.slice(0, shownMax).map((one) => {
        const { glyph, tone } = statusLook(one.status)
        const [first] = one.ranks
        const isChosen = one.ranks.some(({ rank }) => rank === chosen)
        return (
          <button
            key={one.name}
            class={`rank-row brief ${isChosen ? 'at' : ''}`}
            aria-pressed={isChosen}
            onClick={() => choose(first!.rank)}
          >
            <b>{rangesOf(one)}</b>
            <span class="soft">{whereOf(one)}</span>
            <span class="number">{ratioOf(one)}</span>
            <span class={tone} title={one.text}>
              <span aria-hidden="true">{glyph}</span> {one.text}
            </span>
          </button>
        )
      })}
      {standing.length > shownMax && <p class="soft">and {standing.length - shownMax} more, below</p>}
    </section>
  )
}

const rangeWordsMax = 8

function rangesOf({ ranks }: Standing): string {
  const words = ranges(ranks.map(({ rank }) => rank))
  return words.length <= rangeWordsMax ? words : `${words.slice(0, rangeWordsMax).replace(/,[^,]*$/, '')}, …`
}

function whereOf({ ranks }: Standing): string {
  const hosts = [...new Set(ranks.map(({ host }) => host))].filter((one) => one !== '')
  const devices = [...new Set(ranks.map(({ device }) => device))].filter((one) => one !== '')
  const device = devices.length === 1 ? ` · ${devices[0]}` : ranks.length > 1 ? ` · all ${ranks.length}` : ''
  return `${hosts.length === 1 ? hosts[0] : `${hosts.length} hosts`}${device}`
}

function ratioOf({ ranks }: Standing): string {
  const ratios = ranks.flatMap(({ ratio }) => ratio ?? [])
  return ratios.length === 0 ? '–' : `${Math.max(...ratios).toFixed(2)}×`
}

function tableOf(standing: readonly Standing[]): Table {
  return {
    head: ['ranks', 'where', 'ratio', 'status', 'text'],
    rows: standing.map((one) => [
      ranges(one.ranks.map(({ rank }) => rank)),
      whereOf(one),
      ratioOf(one),
      one.status,
      one.text,
    ]),
  }
}
