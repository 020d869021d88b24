import { printable } from '@provloom/shared'

/**
 * An answer as it may be shown: every text in it, names too, on one line and with nothing that a terminal would obey. What is
 * asked next by a path or a name is asked by the answer as it was.
 */
export function inLines<T>(answer: T): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- texts become texts, and nothing else is changed
  return told(answer) as T
}

function told(value: unknown): unknown {
  if (typeof value === 'string') return inLine(value)
  if (Array.isArray(value)) return value.map(told)
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [inLine(name), told(one)]))
}

/** Lines of a text are one, and so seen to be several. */
export function inLine(text: string): string {
  return printable(text.replaceAll(/\s*[\r\n]+\s*/g, ' ⏎ ').replaceAll('\t', ' '))
}
