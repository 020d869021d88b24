import type { HeadFile } from '@provloom/rundir'
import type { Finding, RunAnswer } from '@provloom/reader'
import { printable, shellWord, shownPath } from '@provloom/shared'
import { bytes, count, counted, duration } from '../output/quantity.ts'
import type { Style } from '../output/style.ts'
import { roughly } from './pace-words.ts'
import { moment, short, value } from './words.ts'

const hostsNamed = 4

/** Of a run that is not written any more, what is known of it and what to type; empty of one that is, or has ended. */
export function lifeWords({ life, directory }: RunAnswer, nowMs: number): string {
  const cure = `provloom recover ${shellWord(shownPath(directory))}`
  switch (life.state) {
    case 'alive':
    case 'ended':
      return ''
    case 'silent': {
      const since = duration(Math.max(0, (nowMs - Date.parse(life.seen)) / 1000))
      return `no sign of life for ${since}; running, or ended unseen: ${cure}`
    }
    case 'gone':
      return `ended unseen: what wrote it is gone${life.logged === undefined ? ` since ${moment(life.seen)}` : `, and logged last ${moment(life.logged)}`} UTC; ${cure}`
  }
}

/** Of a run that goes on and whose ranks log nothing; empty of any other. */
export function quietWords({ quiet }: Pick<RunAnswer, 'quiet'>, nowMs: number): string {
  if (quiet === undefined) return ''
  const since = duration(Math.max(0, (nowMs - Date.parse(quiet.since)) / 1000))
  return `▲ nothing is logged for ${since}, since ${quiet.since.slice(11, 19)} UTC; a rank logged each ${secondsWords(quiet.usualSeconds)} before`
}

/** `52 ms`, `1.5 s`, `4 min` */
function secondsWords(seconds: number): string {
  if (seconds >= 90) return roughly(seconds)
  return seconds >= 1
    ? `${value(Number(seconds.toPrecision(2)))} s`
    : `${value(Number((seconds * 1000).toPrecision(2)))} ms`
}

/** `2 hosts (n01, n02)`, or of one its name. */
export function hostWords({ hosts: { shown, more } }: RunAnswer): string {
  const names = shown.slice(0, hostsNamed).join(', ')
  if (shown.length === 0) return ''
  return `${counted(shown.length + more, 'host')} (${names}${shown.length + more > hostsNamed ? ', …' : ''})`
}

export function fileWords({ name, size, sha256, step }: HeadFile): string {
  const at = step === undefined ? '' : `  step ${step}`
  return `${name}  ${size === undefined ? '' : `${bytes(size)}  `}${sha256 === undefined ? '▲ no checksum' : short(sha256)}${at}`
}

/** The last one first: models and checkpoints, or where there is none whatever was made. */
export function made({ outputs }: RunAnswer): {
  readonly what: 'model' | 'files'
  readonly files: readonly HeadFile[]
} {
  const models = outputs.filter(({ kind }) => kind === 'model' || kind === 'checkpoint')
  return models.length > 0 ? { what: 'model', files: models } : { what: 'files', files: outputs }
}

/** sent = stored + dropped; what is not in yet or was lost otherwise makes it another sign. */
export function ledgerWords({ sent, stored, dropped }: RunAnswer['ledger']): string {
  const sign = sent === stored + dropped ? '=' : '≠'
  return `${count(sent)} sent ${sign} ${count(stored)} stored + ${count(dropped)} dropped`
}

/** Said by a line of their own where a run is shown. */
const saidApart: ReadonlySet<string> = new Set(['NO_SIGN_OF_LIFE', 'NOTHING_LOGGED'])

/** Those that no other line says. */
export function findingsBeside({
  findings,
  status,
}: Pick<RunAnswer, 'findings' | 'status'>): readonly Finding[] {
  const isOver = status !== 'running' && status !== 'unseen'
  return isOver ? findings : findings.filter(({ code }) => !saidApart.has(code))
}

/** The gravest first. Notes are no warnings. */
export function findingLine({ text, level }: Pick<Finding, 'text' | 'level'>, style: Style): string {
  const words = `${level === 'note' ? '·' : '▲'} ${printable(text)}`
  return level === 'note' ? words : style.bad(words)
}
