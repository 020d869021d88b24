import { isCount } from '@provloom/shared'

/** The variables a process was started with, and those that it has set itself since. */
export type Variables = Readonly<Record<string, string | undefined>>

/** The first of these variables that holds a count, as launchers write it: decimal digits. */
export function countOf(variables: Variables, ...names: readonly string[]): number | undefined {
  for (const name of names) {
    const text = textOf(variables, name)
    if (text === undefined || !/^\d{1,10}$/.test(text)) continue
    const count = Number(text)
    if (isCount(count) && count < 2 ** 31) return count
  }
  return undefined
}

/** The first of these variables that holds text; an empty one is as good as none. */
export function textOf(variables: Variables, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const text = variables[name]?.trim()
    if (text !== undefined && text !== '') return text
  }
  return undefined
}

export function has(variables: Variables, ...names: readonly string[]): boolean {
  return names.every((name) => textOf(variables, name) !== undefined)
}
