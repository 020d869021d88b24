import type { RunFacts } from '@provloom/rundir'

/** What runs of one kind have in common: their ordinal tells them from each other. */
export interface RunName {
  readonly jobKey: string
  readonly experimentName: string
  readonly runName: string | undefined
}

export function nameOf({ jobKey, settings, runName }: RunFacts): RunName {
  return { jobKey, experimentName: settings.experimentName, runName }
}

export function isOfName(facts: RunFacts, { jobKey, experimentName, runName }: RunName): boolean {
  return (
    facts.jobKey === jobKey && facts.settings.experimentName === experimentName && facts.runName === runName
  )
}

/** The same as a text: equal names, and no others, give equal ones. */
export function textOf({ jobKey, experimentName, runName }: RunName): string {
  return JSON.stringify([jobKey, experimentName, runName])
}
