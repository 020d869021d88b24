import { firstInJob } from '@provloom/agent/internal'
import { misspelt, misspeltWords, printable, say } from '@provloom/shared'
import { isOurChild } from '../launch/parent.ts'

/**
 * Tells of variables that mean nothing to us, where a person has started this process: what that starts has the same
 * ones.
 */
export function tellMisspelt(): void {
  if (isOurChild()) return
  for (const one of misspelt(process.env)) say(`provloom: ${printable(misspeltWords(one))}`)
}

/** The same of one process of many that a launcher has started: the first of them tells. */
export function tellMisspeltOnce(rank: unknown): void {
  const said = rank ?? process.env['PROVLOOM_RANK']
  if (said === undefined ? firstInJob(process.env) : Number(said) === 0) tellMisspelt()
}
