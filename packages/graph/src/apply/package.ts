import { limits } from '@provloom/shared'
import { keyOf } from '../name.ts'
import type { EventOf, PackageState } from '../state.ts'
import type { Change } from './change.ts'

/** The packages that the graph names of an environment, by name. */
export function shownPackages({
  packages,
  interpreter = '',
  version: of = '',
}: EventOf<'environment'>): PackageState[] {
  const system = systemOf(`${interpreter} ${of}`)
  return Object.entries(packages ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, limits.packagesShownMax)
    .map(([name, version]) => ({ name, version, system }))
}

export function packageKey({ system, name, version }: PackageState): string {
  return keyOf(system, name, version)
}

export function packagesOf({ state, undo, dirt }: Change, facts: EventOf<'environment'>): void {
  for (const one of shownPackages(facts)) {
    const key = packageKey(one)
    if (state.packages.has(key)) continue
    undo.put(state.packages, key, one)
    dirt.mark('package', key)
  }
}

function systemOf(interpreter: string): PackageState['system'] {
  if (/python|pypy/i.test(interpreter)) return 'pypi'
  return /node|bun|deno/i.test(interpreter) ? 'npm' : 'generic'
}
