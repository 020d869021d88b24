import type { Unread } from '@provloom/reader'
import type { Style } from '../output/style.ts'

const glyphs: Readonly<Record<string, string>> = {
  running: '●',
  completed: '✓',
  failed: '✕',
  killed: '■',
  lost: '?',
  absent: '?',
  incomplete: '–',
  unseen: '?',
}

/** What a status is called where that is not its own name. */
const called: Readonly<Record<string, string>> = { unseen: 'ended unseen' }

export function statusName(status: string): string {
  return called[status] ?? status
}

/** Glyph and word, never a colour alone. */
export function statusWords(status: string, style: Style, more = ''): string {
  const words = `${glyphs[status] ?? '·'} ${statusName(status)}${more}`
  if (status === 'completed') return style.good(words)
  return status === 'running' ? words : style.bad(words)
}

/** Four digits of a number, as many as people read: `0.4053`, `12500`, `1.2e-7`. */
export function value(number: number | string | boolean | null | undefined): string {
  if (number === undefined || number === null) return '–'
  if (typeof number !== 'number' || !Number.isFinite(number)) return String(number)
  if (Number.isInteger(number) && Math.abs(number) < 1e15) return String(number)
  const short = Number(number.toPrecision(4))
  // The largest ones, rounded, are none any more.
  if (!Number.isFinite(short)) return String(number)
  return Math.abs(short) >= 1e-4 && Math.abs(short) < 1e15
    ? String(short)
    : short.toExponential(3).replace(/\.?0+e/, 'e')
}

/** A setting, as it was given: `0.000123456789`. */
export function exact(setting: number | string | boolean | null | undefined): string {
  return typeof setting === 'number' ? String(setting) : value(setting)
}

/** Values beside each other, in as few digits as people read unless those that differ would look alike. */
export function apart(values: readonly (number | string | boolean | null | undefined)[]): string[] {
  const short = values.map(value)
  return new Set(short).size === new Set(values).size ? short : values.map(exact)
}

/** The first names of many, and how many more there are. */
export function firstOf(names: readonly string[], most = 12): string {
  const more = names.length - most
  return `${names.slice(0, most).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** Three digits, the last ones too: for numbers beside each other. */
export function reading(number: number | string): string {
  const known = Number(number)
  if (!Number.isFinite(known)) return String(number)
  if (Math.abs(known) >= 1000 || (known !== 0 && Math.abs(known) < 0.001)) return value(known)
  const short = known.toFixed(3)
  // An accuracy of 0.99995 is none of 1.
  return Number.isInteger(Number(short)) && !Number.isInteger(known)
    ? String(Number(known.toPrecision(6)))
    : short
}

/** `26 Nov 19:57:25`, in UTC. */
export function moment(time: string): string {
  const at = new Date(time)
  const month = at.toLocaleString('en-GB', { month: 'short', timeZone: 'UTC' })
  return `${at.getUTCDate()} ${month} ${time.slice(11, 19)}`
}

export function seconds(start: string, end: string | null): number | undefined {
  return end === null ? undefined : (Date.parse(end) - Date.parse(start)) / 1000
}

/** The first digits of a checksum. */
export function short(sha256: string | undefined): string {
  return sha256 === undefined ? 'no checksum' : sha256.slice(0, 8)
}

/** `1405280*`: the star is of changes that are in no commit. */
export function commitWords(
  source: { readonly commit?: string; readonly dirty?: boolean } | undefined,
): string {
  return source?.commit === undefined
    ? '–'
    : `${source.commit.slice(0, 7)}${source.dirty === true ? '*' : ''}`
}

/** `0-3, 7`. */
export function ranges(numbers: readonly number[]): string {
  const sorted = [...numbers].sort((a, b) => a - b)
  const parts: [number, number][] = []
  for (const one of sorted) {
    const last = parts.at(-1)
    if (last !== undefined && one === last[1] + 1) last[1] = one
    else parts.push([one, one])
  }
  return parts.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(', ')
}

/** What of a run could not be read, by its code, and what to try. */
export function unreadWords({ code, message, hint }: Unread): string {
  return `${message} [${code}]${hint === undefined ? '' : `. ${hint}`}`
}
