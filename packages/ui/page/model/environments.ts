import type { RunEnvironment } from '@provloom/reader'

/** What groups of ranks have in different ways, packages too; a value for each group, undefined where it has none. */
export function differencesOf(
  all: readonly RunEnvironment[],
): { readonly name: string; readonly values: readonly (string | undefined)[] }[] {
  if (all.length < 2) return []
  const maps = all.map(factsOf)
  const names = [...new Set(maps.flatMap((map) => [...map.keys()]))]
  return names
    .map((name) => ({ name, values: maps.map((map) => map.get(name)) }))
    .filter(({ values }) => new Set(values).size > 1)
}

function factsOf(of: RunEnvironment): Map<string, string> {
  const facts: [string, string | undefined][] = [
    ['interpreter', of.interpreter],
    ['version', of.version],
    ['platform', of.platform],
    ['container', of.container],
    ['modules', of.modules.join(' ') || undefined],
    ['packages, digest', of.packagesSha256?.slice(0, 12)],
    ...Object.entries(of.variables),
    ...of.packages.map(({ name, version }): [string, string] => [`package ${name}`, version]),
  ]
  return new Map(facts.filter((one): one is [string, string] => one[1] !== undefined))
}
