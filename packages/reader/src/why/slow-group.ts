import type { Finding } from '../answer/why.ts'
import type { RankFacts, WhyFacts } from './facts.ts'
import { slowRatio, slowTimes } from './limits.ts'
import type { Laggard } from './pace.ts'
import { joined, rankWords } from './words.ts'

/** Ranks that are slow for one reason: those of a machine, those of a device, or one alone. */
export interface Group {
  readonly of: 'host' | 'device' | 'rank'
  readonly members: readonly Laggard[]
  /** All ranks of the machine or device, also one of them that is hardly slower than others; ascending. */
  readonly named: readonly number[]
  readonly host: string
  readonly device: string | undefined
}

/** Machines of ranks. */
export function hostsOf({ ranks }: Pick<WhyFacts, 'ranks'>): Map<number, string> {
  return new Map(ranks.map(({ rank, host }) => [rank, host]))
}

/** The slowest first; each rank is in one. */
export function groupsOf(slow: readonly Laggard[], ranks: ReadonlyMap<number, RankFacts>): Group[] {
  const hosts = new Set([...ranks.values()].map(({ host }) => host))
  const groups: Group[] = []
  const taken = new Set<number>()
  const take = (
    of: Group['of'],
    host: string,
    device: string | undefined,
    members: readonly Laggard[],
    belongs: (rank: RankFacts) => boolean,
  ): void => {
    for (const { rank } of members) taken.add(rank)
    const named = [...ranks.values()].filter(belongs).map(({ rank }) => rank)
    groups.push({ of, members, named: named.sort((a, b) => a - b), host, device })
  }
  for (const one of slow) {
    if (taken.has(one.rank)) continue
    const { host = '', device } = ranks.get(one.rank) ?? {}
    const free = slow.filter(({ rank }) => !taken.has(rank))
    const ofHost = free.filter(({ rank }) => ranks.get(rank)?.host === host)
    const ofDevice = ofHost.filter(({ rank }) => ranks.get(rank)?.device === device)
    const isOnHost = (rank: RankFacts): boolean => rank.host === host
    const isOnDevice = (rank: RankFacts): boolean => isOnHost(rank) && rank.device === device
    if (hosts.size > 1 && areMost(ofHost, ranks, isOnHost)) take('host', host, device, ofHost, isOnHost)
    else if (device !== undefined && areMost(ofDevice, ranks, isOnDevice))
      take('device', host, device, ofDevice, isOnDevice)
    else take('rank', host, device, [one], ({ rank }) => rank === one.rank)
  }
  return groups
}

/** Two at least. */
function areMost(
  slow: readonly Laggard[],
  ranks: ReadonlyMap<number, RankFacts>,
  belongs: (rank: RankFacts) => boolean,
): boolean {
  const all = [...ranks.values()].filter(belongs).length
  return slow.length > 1 && slow.length >= slowTimes * all
}

const codes = { host: 'HOST_SLOW', device: 'DEVICE_SLOW', rank: 'RANK_SLOW' } as const

export function codeOf(groups: readonly Group[]): Finding['code'] {
  const kinds = new Set(groups.map(({ of }) => of))
  const [of] = kinds
  return kinds.size === 1 && of !== undefined ? codes[of] : 'RANK_SLOW'
}

/** Lone ranks of one machine together. */
export function subjectOf(groups: readonly Group[]): string {
  const lone = groups.filter(({ of }) => of === 'rank')
  const whole = groups.filter(({ of }) => of !== 'rank')
  const hosts = new Set(lone.map(({ host }) => host))
  const [host = ''] = hosts
  const device = lone.length === 1 ? (lone[0]?.device ?? '') : ''
  const on = hosts.size === 1 ? [host, device].filter((word) => word !== '').join(', ') : ''
  const ranks = lone.flatMap(({ named }) => named)
  return joined([
    ...whole.map((one) =>
      one.of === 'host'
        ? `host ${one.host} (${rankWords(one.named)})`
        : `device ${one.device} of ${one.host} (${rankWords(one.named)})`,
    ),
    ...(lone.length === 0 ? [] : [`${rankWords(ranks)}${on === '' ? '' : ` (${on})`}`]),
  ])
}

/** Neither is slow beside the other. */
export function areAlike(one: Group, next: Group): boolean {
  return ratioOf(one.members) < slowRatio * ratioOf(next.members)
}

/** The mean of all. */
export function ratioOf(members: readonly Laggard[]): number {
  return members.reduce((sum, one) => sum + one.ratio, 0) / members.length
}
