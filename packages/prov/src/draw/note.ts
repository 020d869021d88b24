import { labelOf, sameName } from '../model/qname.ts'
import type { ProvRecord } from '../model/record.ts'
import { prov } from '../model/vocabulary.ts'
import { counted } from './caption.ts'
import { clean, clip, markup } from './text.ts'
import { writtenValue } from '../model/value.ts'

const linesMax = 16
const valueChars = 48

/** The lines of a note: every attribute but the label, and the times. Of several records, values that differ are counted. */
export function noteLines(records: readonly ProvRecord[], without: readonly string[] = ['label']): string[] {
  const values = new Map<string, Set<string>>()
  const say = (name: string, value: string): void => {
    const known = values.get(name)
    if (known === undefined) values.set(name, new Set([value]))
    else known.add(value)
  }
  for (const { times, attributes } of records) {
    for (const [name, time] of Object.entries(times)) if (time !== undefined) say(name, time)
    for (const [name, value] of attributes) {
      if (!without.some((local) => sameName(name, prov(local)))) say(labelOf(name), writtenValue(value))
    }
  }
  const names = [...values.keys()].sort()
  const lines = names
    .slice(0, linesMax)
    .map((name) => `${clean(name, 60)} = ${said(values.get(name) ?? new Set())}`)
  if (names.length > linesMax) lines.push(`+ ${counted(names.length - linesMax)} more …`)
  return lines
}

function said(values: ReadonlySet<string>): string {
  const shown = [...values].sort()
  const numbers = shown.map(Number)
  if (shown.length > 3 && shown.every((text) => text !== '') && numbers.every(Number.isFinite)) {
    return `${Math.min(...numbers)} … ${Math.max(...numbers)} (${counted(shown.length)} values)`
  }
  if (shown.length > 3)
    return `${clip(clean(shown[0] ?? ''), valueChars / 2)} … (${counted(shown.length)} values)`
  return clip(shown.map((text) => clean(text)).join(', '), valueChars)
}

/** Lines as an HTML-like label, set to the left, with room on the right for a font that runs wider than expected. */
export function noteLabel(lines: readonly string[]): string {
  return `<${lines.map((line) => `${markup(line)}${'&#160;'.repeat(Math.ceil(line.length / 6))}<BR ALIGN="LEFT"/>`).join('')}>`
}
