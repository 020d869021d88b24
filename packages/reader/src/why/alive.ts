import { limits } from '@provloom/shared'
import type { Finding } from '../answer/why.ts'
import { isQuiet } from '../run/rhythm.ts'
import type { WhyFacts } from './facts.ts'
import { quietWarns } from './limits.ts'
import type { Ends } from './ends.ts'
import { rankWords, seconds } from './words.ts'

/** Of a run that is said to run: that nobody writes it, or that nobody logs. */
export function aliveFindings(facts: WhyFacts, ends: Ends): Finding[] {
  return [...unseenFindings(facts), ...quietFindings(facts, ends)]
}

function unseenFindings({ status, life }: WhyFacts): Finding[] {
  if (life === undefined || (life.state !== 'gone' && life.state !== 'silent')) return []
  const logged = life.logged === undefined ? '' : `, and logged last at ${timeOf(life.logged)}`
  const text =
    status === 'unseen'
      ? `what wrote it is gone${logged}; how its ranks ended is not known`
      : `no sign of life since ${timeOf(life.seen)}${logged}: it runs, or ended unseen`
  return [
    {
      code: 'NO_SIGN_OF_LIFE',
      level: status === 'unseen' ? 'error' : 'warning',
      text,
      ranks: [],
      since: { time: life.logged ?? life.seen },
      link: { page: 'overview' },
    },
  ]
}

/**
 * A hang cannot be told from the first evaluation, which is longer than anything before: of a run that goes on it is a note
 * at first. Of one that did not end well it is told how long before its end nothing came.
 */
function quietFindings({ status, life, rhythm, nowUs, ranks }: WhyFacts, { order, cause }: Ends): Finding[] {
  if (rhythm === undefined) return []
  const goesOn = status === 'running'
  if (goesOn && (life === undefined || life.state !== 'alive' || nowUs === undefined)) return []
  if (!goesOn && (cause === undefined || cause === 'lost')) return []
  const quiet = goesOn ? ((nowUs ?? 0) - rhythm.lastUs) / 1e6 : quietBefore(order)
  if (quiet === undefined || !isQuiet(rhythm, quiet)) return []
  const usual = `a rank logged each ${seconds(rhythm.usual)}`
  const last = new Date(rhythm.lastUs / 1000).toISOString()
  const steps = ranks.flatMap(({ lastStep }) => lastStep ?? [])
  const most = Math.max(...steps)
  const behind = ranks.filter(({ lastStep }) => lastStep !== undefined && lastStep < most)
  const whose =
    behind.length > 0 && behind.length * 4 <= ranks.length && behind.every((one) => one.lastStep === most - 1)
      ? `; ${rankWords(behind.map(({ rank }) => rank))} logged no step ${most}`
      : ''
  return [
    {
      code: 'NOTHING_LOGGED',
      level: goesOn && quiet < quietWarns ? 'note' : 'warning',
      text: goesOn
        ? `nothing is logged since ${last.slice(11, 19)} UTC, for ${coarse(quiet)}, where ${usual} before${whose}`
        : `nothing was logged in the ${coarse(quiet)} before the end, where ${usual} before${whose}`,
      ranks: [],
      since: { step: rhythm.lastStep, time: last },
      evidence: { facts: { seconds: Math.round(quiet), usualSeconds: Number(rhythm.usual.toPrecision(3)) } },
      link: { page: 'overview' },
    },
  ]
}

function timeOf(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')} UTC`
}

/** By each rank's own clock: from its last log to its end; the least of all that ended. */
function quietBefore(order: Ends['order']): number | undefined {
  const each = order.flatMap(({ stop: { lastUs, endUs } }) =>
    lastUs === undefined || endUs === undefined ? [] : [(endUs - lastUs) / 1e6],
  )
  return each.length === 0 ? undefined : Math.min(...each)
}

/** So that it is told anew each minute, and not each second. */
function coarse(quiet: number): string {
  const minutes = Math.floor(quiet / 60)
  if (minutes < 1) return `${Math.floor(limits.silentAfterMs / 1000)} s`
  if (minutes < 120) return `${minutes} min`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
