import type { Table } from '../chart/table.ts'
import { number } from '../model/format.ts'
import type { RankRow } from '../model/ranks.ts'
import { Status } from '../part/status.tsx'
import { Virtual } from '../part/virtual.tsx'

interface TableProps {
  readonly rows: readonly RankRow[]
  readonly chosen: number | undefined
  readonly choose: (rank: number) => void
}

/** Ranks, of which those in view are there. */
export function RanksTable({ rows, chosen, choose }: TableProps): preact.JSX.Element {
  const row = (one: RankRow): preact.JSX.Element => (
    <button
      class={`rank-row ${one.rank === chosen ? 'at' : ''}`}
      aria-pressed={one.rank === chosen}
      onClick={() => choose(one.rank)}
    >
      <b>{one.rank}</b>
      <span class="soft">{[one.host, one.device].filter((word) => word !== '').join(' · ')}</span>
      <span class="number">{one.ratio === undefined ? '–' : `${one.ratio.toFixed(2)}×`}</span>
      <span>
        <Status
          of={one.ratio !== undefined && one.ratio >= 1.15 && one.status === 'running' ? 'slow' : one.status}
          more={one.exit === undefined || one.exit === 0 ? undefined : `, exit ${one.exit}`}
        />
      </span>
      <span class="number">{one.lastStep === undefined ? '–' : number(one.lastStep)}</span>
      <span class="number">{one.sent === undefined ? '–' : number(one.sent)}</span>
      <span class="number">{one.dropped === undefined ? '–' : number(one.dropped)}</span>
      <span class="soft">{one.error || one.signal}</span>
    </button>
  )
  return (
    <div class="rank-table">
      <div class="rank-row head" aria-hidden="true">
        <span>rank</span>
        <span>host · device</span>
        <span class="number">× median</span>
        <span>status</span>
        <span class="number">last step</span>
        <span class="number">sent</span>
        <span class="number">dropped</span>
        <span>said</span>
      </div>
      <Virtual
        rows={rows}
        rowHeight={30}
        height={Math.min(420, rows.length * 30 + 2)}
        label="all ranks"
        at={chosen === undefined ? undefined : rows.findIndex(({ rank }) => rank === chosen)}
      >
        {row}
      </Virtual>
    </div>
  )
}

export function rankTable(rows: readonly RankRow[]): Table {
  const head = [
    'rank',
    'host',
    'local',
    'device',
    'attempt',
    'status',
    'exit',
    'signal',
    'lastStep',
    'lastSeen',
    'ratio',
    'sent',
    'stored',
    'dropped',
    'error',
  ] as const
  return { head: [...head], rows: rows.map((one) => head.map((name) => one[name] ?? null)) }
}
