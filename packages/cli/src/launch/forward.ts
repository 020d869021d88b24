import { flagOf, optionsOf, variableOf } from '@provloom/shared'
import type { GivenOptions } from '@provloom/shared'

/** Options given here, passed on to a part that we start: those that it has. */
export function argumentsFor(part: 'aggregator', given: GivenOptions): string[] {
  return entriesFor(part, given).flatMap(([name, value]) => {
    if (typeof value === 'boolean') return value ? [flagOf(name)] : []
    return [flagOf(name), String(value)]
  })
}

/** The same as `PROVLOOM_*`, for a part that is started through a launcher. */
export function variablesFor(part: 'agent', given: GivenOptions): Record<string, string> {
  return Object.fromEntries(entriesFor(part, given).map(([name, value]) => [variableOf(name), String(value)]))
}

function entriesFor(
  part: 'agent' | 'aggregator',
  given: GivenOptions,
): [string, string | number | boolean][] {
  const known = optionsOf(part)
  return Object.entries(given).filter(([name]) => known.has(name))
}
