import { isSecret } from './judge.ts'
import { matchAt } from './match.ts'
import type { Span } from './match.ts'
import type { Steps } from './steps.ts'
import type { Level } from './table.ts'

/** The mark of a YAML text that stands on the lines below. */
export const blockMark: RegExp = /[|>][+-]?[0-9]?[+-]?[ \t\r]*(?=\n|$)/y
const item = /\n[+ ]?[ \t]*-[ \t]+([^\n]*)/y
const indent = /[+-]?([ \t]*)/y

/** Adds the items of a YAML list below its name; returns how far it came. */
export function addListBelow(steps: Steps, text: string, start: number, level: Level, spans: Span[]): number {
  let at = start
  while (true) {
    const found = matchAt(item, text, at)
    if (found === undefined) return at
    if (steps.areSpent(2)) {
      spans.push([start, text.length])
      return text.length
    }
    at += found[0].length
    const said = found[1]!.replaceAll(/^[\r "']+|[\r "']+$/g, '')
    if (!said.includes(': ') && isSecret(level, said)) spans.push([at - found[1]!.length, at])
  }
}

/** Adds the lines of a YAML text below its name, those that are indented more; returns how far it came. */
export function addBlockBelow(
  steps: Steps,
  text: string,
  name: number,
  start: number,
  spans: Span[],
): number {
  const depth = matchAt(indent, text, text.lastIndexOf('\n', name - 1) + 1)![1]!.length
  let at = start
  while (at < text.length) {
    if (steps.areSpent(2)) {
      spans.push([at, text.length])
      return text.length
    }
    const end = text.indexOf('\n', at + 1)
    const line = end < 0 ? text.length : end
    const lead = matchAt(indent, text, at + 1)!
    const begin = at + 1 + lead[0].length
    if (begin < line && lead[1]!.length <= depth) break
    if (isSecret('sure', text.slice(begin, line))) spans.push([begin, line])
    at = line
  }
  return at
}
