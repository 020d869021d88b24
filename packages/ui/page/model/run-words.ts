import type { RanksAnswer, RunAnswer, RunMetric, WhyAnswer } from '@provloom/reader'
import { count, duration, listed, measured, ranges, several } from './format.ts'
import { isLessBetter, mainMetrics } from './metric.ts'
import { statusLook } from './status.ts'

/** A sentence in pieces, of which some have a tone. */
export type Piece = string | { readonly text: string; readonly tone: 'good' | 'bad' | 'warn' | 'lost' }

/** How is it going? Or: how did it end, and why? */
export function runSentence(run: RunAnswer, why: WhyAnswer | undefined): Piece[] {
  if (run.status === 'running') return goingOn(run)
  if (run.status === 'completed') return ended(run)
  const { finding } = run
  const verdict = why?.verdict ?? finding?.text
  if (verdict !== undefined) {
    // Which run it is stands above, and how it ended beside that.
    const begin = verdict.startsWith(`${run.run} `) ? verdict.slice(run.run.length + 1) : verdict
    const said = begin
      .replace(/^(?:failed|ended unseen|(?:was|is) [a-z]+)(?:: |; nothing stands out\.$)/, '')
      .replace(/\. [^.]* stands? out\.?$/, '')
    const words = said === '' ? statusLook(run.status).word : said
    return [{ text: capital(stripped(words)), tone: 'bad' }]
  }
  return [{ text: capital(statusLook(run.status).word), tone: 'bad' }]
}

function goingOn(run: RunAnswer): Piece[] {
  const { step, steps: of } = run.going ?? {}
  const [main] = mainMetrics(run.metrics)
  const where =
    step === undefined ? 'Started' : `Step ${count(step)}${of === undefined ? '' : ` of ${count(of)}`}`
  const value =
    main === undefined ? '' : `, ${main.key} ${measured(main.last, main.key, main.unit)}${trend(main)}`
  const { quiet } = run
  const silent: Piece[] =
    quiet === undefined
      ? []
      : [{ text: `nothing is logged since ${quiet.since.slice(11, 19)} UTC`, tone: 'warn' }, '; ']
  return [`${where}${value}; `, ...silent, ranksPiece(run)]
}

function ended(run: RunAnswer): Piece[] {
  const took =
    run.endTime === null
      ? ''
      : ` in ${duration((Date.parse(run.endTime) - Date.parse(run.startTime)) / 1000)}`
  const values = mainMetrics(run.metrics).map((one) => `${one.key} ${measured(one.last, one.key, one.unit)}`)
  return [{ text: `Completed${took}`, tone: 'good' }, values.length === 0 ? '' : `; ${listed(values)}`]
}

function ranksPiece({ ranks, worldSize }: RunAnswer): Piece {
  const world = worldSize ?? Object.values(ranks).reduce((sum, one) => sum + one, 0)
  const bad = Object.entries(ranks).filter(([status]) =>
    ['failed', 'killed', 'lost', 'absent', 'incomplete', 'unseen'].includes(status),
  )
  if (bad.length === 0)
    return { text: world === 1 ? 'its rank reports' : `all ${count(world)} ranks report`, tone: 'good' }
  return {
    text: listed(bad.map(([status, of]) => `${several(of, 'rank')} ${statusLook(status).word}`)),
    tone: 'bad',
  }
}

/** By the means of stretches of steps: the last quarter against the one before. */
function trend({ spark, key }: RunMetric): string {
  const there = (spark ?? []).filter((one) => Number.isFinite(one))
  if (there.length < 8) return ''
  const part = Math.floor(there.length / 4)
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, one) => sum + one, 0) / values.length
  const [before, now] = [mean(there.slice(-2 * part, -part)), mean(there.slice(-part))]
  const range = Math.max(...there) - Math.min(...there)
  if (range === 0 || Math.abs(now - before) < range * 0.01) return ' and level'
  const falls = now < before
  return falls ? ' and falling' : isLessBetter(key) ? ' and rising' : ' and rising'
}

/** Seconds to go; where no step comes nobody knows. */
export function secondsToGo({ going, quiet }: RunAnswer): number | undefined {
  return quiet === undefined ? going?.secondsToGo : undefined
}

/** Which rank is slow, which stopped first, which host? */
export function ranksSentence(ranks: RanksAnswer, why: WhyAnswer | undefined): Piece[] {
  const pieces = (why?.findings ?? [])
    .filter(({ ranks: of }) => of.length > 0)
    .slice(0, 2)
    .map(({ text, level, since }): Piece => ({
      text: `${capital(stripped(text.split(/[:;.] /)[0] ?? text))}${since?.step === undefined || / step \d/.test(text.split(/[:;.] /)[0] ?? '') ? '' : ` since step ${count(since.step)}`}`,
      tone: level === 'error' ? 'bad' : level === 'warning' ? 'warn' : 'good',
    }))
  if (pieces.length > 0) return pieces.flatMap((one, at) => (at === 0 ? [one] : ['; ', one]))
  const { statuses, total } = ranks
  const words = Object.entries(statuses).map(([status, of]) => `${count(of)} ${statusLook(status).word}`)
  if (words.length === 1)
    return [
      {
        text: `All ${several(total, 'rank')} ${Object.keys(statuses)[0] === 'running' ? 'report' : words[0]!.replace(/^[^ ]+ /, '')}`,
        tone: 'good',
      },
    ]
  return [`${several(total, 'rank')}: ${listed(words)}`]
}

/** But a name stays as it is: a metric's, a run's, a file's. */
export function capital(text: string): string {
  return /^[a-z]+(?:[ ,:;]|$)/.test(text) ? text.replace(/^./, (first) => first.toUpperCase()) : text
}

export function stripped(text: string): string {
  return text.replace(/\.$/, '')
}

export function rankWords(of: readonly number[], more = 0): string {
  const words = `${of.length + more === 1 ? 'rank' : 'ranks'} ${ranges(of.slice(0, 16))}`
  const left = Math.max(0, of.length - 16) + more
  return left === 0 ? words : `${words} and ${left} more`
}
