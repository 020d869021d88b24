import type { Finding } from '@provloom/reader'
import { count } from './format.ts'
import type { RankRow } from './ranks.ts'
import { statusLook } from './status.ts'

/** A rank, or all of a machine, of which there is something to say. */
export interface Standing {
  readonly ranks: readonly RankRow[]
  readonly status: string
  /** `slow since step 960`, `lost, step 2 170`. */
  readonly text: string
  /** At the edge of the map. */
  readonly name: string
}

/** From here on a ratio stands out (docs/look.md). */
const ratioSeen = 1.15

/** What is found comes first: whole machines as one; then who did not end well, and who is slow now. */
export function standingOf(rows: readonly RankRow[], findings: readonly Finding[]): Standing[] {
  const byRank = new Map(rows.map((row) => [row.rank, row]))
  const told = new Set<number>()
  const found = findings.flatMap((one): Standing[] => {
    const ranks = one.ranks.flatMap((rank) => byRank.get(rank) ?? [])
    const isSlow = slowCodes.has(one.code)
    if (!isSlow || ranks.length === 0) return []
    for (const { rank } of ranks) told.add(rank)
    const step = one.since?.step
    const isHost = one.code === 'HOST_SLOW' && one.host !== undefined
    const who = isHost ? `host ${one.host}` : one.code === 'DEVICE_SLOW' ? 'device' : 'slow'
    return [
      {
        ranks,
        status: 'slow',
        text: `${who === 'slow' ? 'slow' : `${who} slow`}${step === undefined ? '' : ` since step ${count(step)}`}`,
        name: isHost ? `${one.host} host` : `${ranks.map(({ rank }) => rank).join(', ')} slow`,
      },
    ]
  })
  const others = rows.flatMap((row): Standing[] => {
    if (told.has(row.rank)) return []
    const { rank, status, ratio, lastStep, exit } = row
    if (status !== 'running' && status !== 'completed') {
      const at = lastStep === undefined ? '' : `, step ${count(lastStep)}`
      const how = statusLook(status).word
      const code = exit === undefined || exit === 0 ? '' : `, exit ${exit}`
      return [{ ranks: [row], status, text: `${how}${at}${code}`, name: `${rank} ${how}` }]
    }
    if (ratio === undefined || ratio < ratioSeen) return []
    return [{ ranks: [row], status: 'slow', text: 'slow in the last steps', name: `${rank} slow` }]
  })
  return [...found, ...together(others)]
}

/** So many that ended alike are told one by one. */
const aloneMax = 4

function together(all: readonly Standing[]): Standing[] {
  const groups = new Map<string, Standing[]>()
  for (const one of all) groups.set(one.status, [...(groups.get(one.status) ?? []), one])
  return [...groups].flatMap(([status, of]): Standing[] => {
    if (of.length <= aloneMax) return of
    const words = `${count(of.length)} ${statusLook(status).word}`
    return [{ ranks: of.flatMap(({ ranks }) => ranks), status, text: words, name: words }]
  })
}

const slowCodes = new Set(['RANK_SLOW', 'HOST_SLOW', 'DEVICE_SLOW'])
