import { ProvloomError } from '@provloom/shared'
import type { Unread } from '../answer/error.ts'
import type { RankColumns, RanksAnswer, RanksQuery } from '../answer/ranks.ts'
import type { RunMetric } from '../answer/run.ts'
import { jsonColumns } from '../curve/columns.ts'
import type { KnownRun } from '../folder/folder.ts'
import type { KnownRank } from '../folder/known-file.ts'
import { statusesOf } from '../runs/row.ts'
import type { Ratios } from './pace.ts'

export const ranksShownDefault = 2048

/** A rank as the table has it; NaN and '' where something is not known. */
export type RankRow = { readonly [Name in keyof RankColumns]: RankColumns[Name][number] }

/** The last attempt of each rank, and ranks that never came; by rank. */
export function rankRows(run: KnownRun, ratios: Ratios | undefined): RankRow[] {
  const { ranks, absent } = run.file.ledger
  const last = new Map(ranks.map((one) => [Number(one.rank), one]))
  const rows = [...last.values()].map((one): RankRow => ({
    rank: one.rank,
    host: one.host,
    local: one.localRank ?? NaN,
    device: one.device ?? '',
    attempt: one.attempt,
    status: one.status,
    exit: one.exitCode ?? NaN,
    signal: one.signal ?? '',
    lastStep: one.lastStep ?? NaN,
    lastSeen: one.lastUs ?? NaN,
    ratio: ratioOf(one, ratios),
    sent: Number(one.sent),
    stored: Number(one.stored),
    dropped: Number(one.dropped),
    error: one.error ?? '',
  }))
  const never = absent.filter((rank) => !last.has(rank)).map((rank) => ({ ...nobody, rank }))
  return [...rows, ...never].sort((a, b) => a.rank - b.rank)
}

/** Of one that had ended before the last steps there is none; one that goes on may be behind. */
function ratioOf({ rank, status, lastStep }: KnownRank, ratios: Ratios | undefined): number {
  const isOver = status !== 'running' && ratios !== undefined && (lastStep ?? 0) < ratios.fromStep
  return isOver ? NaN : (ratios?.byRank.get(rank) ?? NaN)
}

const nobody: RankRow = {
  rank: NaN,
  host: '',
  local: NaN,
  device: '',
  attempt: NaN,
  status: 'absent',
  exit: NaN,
  signal: '',
  lastStep: NaN,
  lastSeen: NaN,
  ratio: NaN,
  sent: 0,
  stored: 0,
  dropped: 0,
  error: '',
}

/** @throws {ProvloomError} `BAD_QUERY` */
export function answerRanks(
  run: KnownRun,
  query: RanksQuery,
  known: {
    readonly ratios?: Ratios
    readonly metric?: RunMetric
    readonly cursor: string
    readonly unread: readonly Unread[]
  },
): RanksAnswer {
  const { ratios, metric, cursor, unread } = known
  const all = rankRows(run, ratios)
  const holds = (query.where ?? '')
    .split(/\s+/)
    .filter((one) => one !== '')
    .map(conditionOf)
  const meant = all.filter((row) => holds.every((one) => one(row)))
  const sorted = meant.sort(orderOf(query.sort))
  const offset = query.offset ?? 0
  const shown = sorted.slice(offset, offset + (query.limit ?? ranksShownDefault))
  const text = (name: 'host' | 'device' | 'status' | 'signal' | 'error'): string[] =>
    shown.map((row) => row[name])
  const number = (name: (typeof numbers)[number]): number[] => shown.map((row) => row[name])
  const { columns, odd } = jsonColumns({
    rank: number('rank'),
    local: number('local'),
    attempt: number('attempt'),
    exit: number('exit'),
    lastStep: number('lastStep'),
    lastSeen: number('lastSeen'),
    ratio: number('ratio'),
    sent: number('sent'),
    stored: number('stored'),
    dropped: number('dropped'),
  })
  return {
    cursor,
    columns: {
      ...columns,
      host: text('host'),
      device: text('device'),
      status: text('status'),
      signal: text('signal'),
      error: text('error'),
    },
    odd,
    total: all.length,
    matched: meant.length,
    statuses: statusesOf(run),
    ...(ratios === undefined || metric === undefined
      ? {}
      : { ratioOf: { metric: metric.id, fromStep: ratios.fromStep, toStep: ratios.toStep } }),
    unread,
  }
}

const numbers = [
  'rank',
  'local',
  'attempt',
  'exit',
  'lastStep',
  'lastSeen',
  'ratio',
  'sent',
  'stored',
  'dropped',
] as const

function conditionOf(text: string): (row: RankRow) => boolean {
  const found = /^(\w+)(:|=|!=|>=|<=|>|<)(.+)$/.exec(text)
  const [, name = '', operator = '', said = ''] = found ?? []
  if (!isColumn(name)) throw bad(text)
  const own = (row: RankRow): number | string => row[name]
  const wanted = Number(said)
  switch (operator) {
    case ':':
    case '=':
      return (row) => String(own(row)) === said
    case '!=':
      return (row) => String(own(row)) !== said
    case '>':
      return (row) => Number(own(row)) > wanted
    case '>=':
      return (row) => Number(own(row)) >= wanted
    case '<':
      return (row) => Number(own(row)) < wanted
    default:
      return (row) => Number(own(row)) <= wanted
  }
}

function isColumn(name: string): name is keyof RankRow {
  return Object.hasOwn(nobody, name)
}

function bad(text: string): ProvloomError {
  return new ProvloomError('BAD_QUERY', `No ranks can be meant by ${text}`, {
    doing: 'read the question for ranks',
    to: text,
    hint: `As in: status:lost host:n05 ratio>1.1; columns are ${Object.keys(nobody).join(', ')}.`,
  })
}

/** The gravest first. */
const gravity = ['failed', 'killed', 'lost', 'absent', 'incomplete']
/** From here on a ratio stands out (docs/look.md). */
const ratioSeen = 1.15

function orderOf(sort: string | undefined): (a: RankRow, b: RankRow) => number {
  if (sort === undefined) return (a, b) => graveness(a) - graveness(b) || a.rank - b.rank
  const down = sort.startsWith('-')
  const name = down ? sort.slice(1) : sort
  if (!isColumn(name)) throw bad(sort)
  return (a, b) => {
    const [one, other] = [a[name], b[name]]
    const [noOne, noOther] = [isNone(one), isNone(other)]
    if (noOne || noOther) return Number(noOne) - Number(noOther) || a.rank - b.rank
    const order =
      typeof one === 'number' && typeof other === 'number'
        ? one - other
        : one < other
          ? -1
          : one > other
            ? 1
            : 0
    return (down ? -order : order) || a.rank - b.rank
  }
}

function isNone(value: number | string): boolean {
  return value === '' || Number.isNaN(value)
}

function graveness({ status, ratio }: RankRow): number {
  const at = gravity.indexOf(status)
  if (at >= 0) return at
  return ratio >= ratioSeen ? gravity.length : gravity.length + 1
}
