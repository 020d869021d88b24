import { isCount } from '@provloom/shared'

/** The variables a process was started with. */
export type Variables = Readonly<Record<string, string | undefined>>

/** The first of these variables that holds a count, as launchers write it: decimal digits. */
export function countOf(variables: Variables, ...names: readonly string[]): number | undefined {
  for (const name of names) {
    const text = variables[name]?.trim()
    if (text === undefined || !/^\d{1,10}$/.test(text)) continue
    const count = Number(text)
    if (isCount(count) && count < 2 ** 31) return count
  }
  return undefined
}

export function has(variables: Variables, ...names: readonly string[]): boolean {
  return names.every((name) => (variables[name] ?? '') !== '')
}

/** Tasks on this node out of Slurm's `4(x2),3` form: known only when all nodes have the same. */
export function tasksPerNode(text: string | undefined): number | undefined {
  const found = /^(\d+)(\(x\d+\))?$/.exec(text ?? '')
  return found === null ? undefined : Number(found[1])
}
