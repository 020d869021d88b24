import type { RanksAnswer } from '@provloom/reader'
import { addressOf } from '../model/address.ts'
import { number } from '../model/format.ts'
import { rowsOfRanks } from '../model/ranks.ts'
import type { RankRow } from '../model/ranks.ts'
import { statusLook } from '../model/status.ts'
import { Status } from '../part/status.tsx'

/** Up to so many ranks are lines, up to so many cells of hosts by local ranks; above them small cells. */
const linesMax = 8
const cellsMax = 128

/** Every rank at a glance: how it stands, and by how much it is slower than the others. */
export function RankGrid({
  run,
  ranks,
}: {
  readonly run: string
  readonly ranks: RanksAnswer
}): preact.JSX.Element {
  const rows = rowsOfRanks(ranks).sort((a, b) => a.rank - b.rank)
  if (rows.length === 0) return <p class="state">No rank has come yet.</p>
  if (rows.length <= linesMax) return <Lines run={run} rows={rows} />
  return rows.length <= cellsMax ? <Cells run={run} rows={rows} /> : <Small run={run} rows={rows} />
}

interface RowsProps {
  readonly run: string
  readonly rows: readonly RankRow[]
}

function Lines({ run, rows }: RowsProps): preact.JSX.Element {
  const most = Math.max(1, ...rows.map(({ ratio }) => ratio ?? 0))
  const hosts = new Set(rows.map(({ host }) => host)).size
  return (
    <table class="rank-lines">
      <tbody>
        {rows.map((one) => (
          <tr>
            <th scope="row">
              <a href={addressOf({ page: 'ranks', run, with: { rank: String(one.rank) } })}>
                rank {one.rank}
              </a>
            </th>
            {hosts > 1 && <td class="soft">{one.host}</td>}
            <td>
              <Status of={one.status} />
            </td>
            <td class="number">{one.lastStep === undefined ? '' : `step ${number(one.lastStep)}`}</td>
            <td class="bar-cell">
              {one.ratio !== undefined && (
                <i class={toneOf(one)} style={{ width: `${(one.ratio / most) * 48}px` }} />
              )}
            </td>
            <td class="number">{one.ratio === undefined ? '' : `${one.ratio.toFixed(2)}×`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Cells({ run, rows }: RowsProps): preact.JSX.Element {
  const hosts = new Map<string, RankRow[]>()
  for (const one of rows) hosts.set(one.host, [...(hosts.get(one.host) ?? []), one])
  const wide = [...hosts].flatMap(([host, of]) =>
    chunks(of, hosts.size === 1 ? 8 : 16).map((part, at) => ({ host: at === 0 ? host : '', part })),
  )
  const most = Math.max(...wide.map(({ part }) => part.length))
  const columns = `52px repeat(${most}, minmax(8px, 1fr))`
  const ratios = rows.flatMap(({ ratio }) => ratio ?? [])
  return (
    <div class="cells" role="group" aria-label="ranks by host">
      {wide.map(({ host, part }) => (
        <div class="cell-row" style={{ gridTemplateColumns: columns }}>
          <span class="soft" title={host}>
            {host}
          </span>
          {part.map((one) => (
            <Cell run={run} one={one} />
          ))}
        </div>
      ))}
      <p class="soft legend">
        rank by host, left to right
        {ratios.length > 0 && (
          <span>{`${Math.min(...ratios).toFixed(2)}× to ${Math.max(...ratios).toFixed(2)}×`}</span>
        )}
      </p>
    </div>
  )
}

function Small({ run, rows }: RowsProps): preact.JSX.Element {
  const odd = rows.filter(stands)
  return (
    <>
      <div
        class={`cells small ${rows.length > 512 ? 'wide' : ''}`}
        role="group"
        aria-label={`${rows.length} ranks`}
      >
        {rows.map((one) => (
          <Cell run={run} one={one} small />
        ))}
      </div>
      <p class="soft legend">
        {rows.length} ranks, row by row
        {odd.length === 0
          ? '; none stands out'
          : `; ${odd.length === 1 ? 'rank' : 'ranks'} ${odd
              .slice(0, 6)
              .map(({ rank }) => rank)
              .join(', ')}${odd.length > 6 ? ' …' : ''} stand${odd.length === 1 ? 's' : ''} out`}
      </p>
    </>
  )
}

function Cell({
  run,
  one,
  small = false,
}: {
  readonly run: string
  readonly one: RankRow
  readonly small?: boolean
}): preact.JSX.Element {
  const words = `rank ${one.rank} on ${one.host || 'no host'}: ${statusLook(one.status).word}${one.ratio === undefined ? '' : `, ${one.ratio.toFixed(2)}× the median`}`
  return (
    <a
      class={`cell ${toneOf(one)}`}
      href={addressOf({ page: 'ranks', run, with: { rank: String(one.rank) } })}
      title={words}
      aria-label={words}
      tabIndex={small && !stands(one) ? -1 : 0}
    >
      {!small && stands(one) ? one.rank : ''}
    </a>
  )
}

function stands(one: RankRow): boolean {
  return toneOf(one) !== 'usual'
}

/** Slower ones browner, lost ones hatched. */
function toneOf({ status, ratio }: RankRow): string {
  if (status === 'lost' || status === 'absent' || status === 'incomplete') return 'gone'
  if (status === 'failed' || status === 'killed') return 'broken'
  if (ratio === undefined) return 'usual'
  return ratio >= 1.25 ? 'slowest' : ratio >= 1.08 ? 'slow' : ratio <= 0.85 ? 'quick' : 'usual'
}

function chunks<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) =>
    all.slice(at * size, (at + 1) * size),
  )
}
