import { ProvloomError } from '@provloom/shared'

/** Where somebody who follows a run is: what a cursor says. */
export interface Known {
  /** The last journal entry that is known. */
  readonly position: number
  /** When run.json was written, milliseconds since the Unix epoch; and the one of which ranks were told. */
  readonly writtenMs: number
  readonly ranksMs: number
  readonly life: string
  /** By key of a curve, how wide its buckets are. */
  readonly widths: Readonly<Record<string, number>>
  /** Which findings: a few digits of what they are. */
  readonly findings: string
  /** When the newest event was that was told, milliseconds since the Unix epoch; NaN where none was. */
  readonly eventMs: number
}

export const nothingKnown: Known = {
  position: -1,
  writtenMs: NaN,
  ranksMs: NaN,
  life: '',
  widths: {},
  findings: '',
  eventMs: NaN,
}

export function cursorText({ position, writtenMs, life, widths, findings, eventMs, ranksMs }: Known): string {
  const fields = [position, writtenMs, life, widths, findings, eventMs, ranksMs]
  return Buffer.from(JSON.stringify(fields), 'utf8').toString('base64url')
}

/** @throws {ProvloomError} `BAD_QUERY` for what is no cursor */
export function readCursor(text: string): Known {
  // What a curve or a table of ranks is told with.
  if (/^-?\d+$/.test(text)) return { ...nothingKnown, position: Number(text) }
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    if (!Array.isArray(value)) throw new Error('it holds no fields')
    const [position, writtenMs, life, widths, findings, eventMs, ranksMs]: readonly unknown[] = value
    if (typeof position !== 'number' || typeof writtenMs !== 'number' || typeof life !== 'string')
      throw new Error('wrong fields')
    return {
      position,
      writtenMs,
      life,
      widths: widthsOf(widths),
      findings: typeof findings === 'string' ? findings : '',
      eventMs: typeof eventMs === 'number' ? eventMs : NaN,
      ranksMs: typeof ranksMs === 'number' ? ranksMs : NaN,
    }
  } catch (error) {
    throw new ProvloomError('BAD_QUERY', 'What is said to be known is no cursor', {
      doing: 'look for what is new',
      to: text,
      cause: error,
      hint: 'Ask without one: all is told anew.',
    })
  }
}

function widthsOf(value: unknown): Record<string, number> {
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, width]) =>
      typeof width === 'number' ? [[key, width] as const] : [],
    ),
  )
}
