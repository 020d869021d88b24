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
  const shown = new Map<string, PackageState>()
  for (const [name, version] of Object.entries(packages ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (shown.size >= limits.packagesShownMax) break
    const one = { name, version, system }
    if (name !== '' && !shown.has(packageKey(one))) shown.set(packageKey(one), one)
  }
  return [...shown.values()]
}

/** Names that an index takes for one are one. */
export function packageKey({ system, name, version }: PackageState): string {
  return keyOf(system, system === 'pypi' ? pypiName(name) : name, version)
}

/** As PyPI compares names (PEP 503). */
export function pypiName(name: string): string {
  return name.replaceAll(/[-_.]+/g, '-').toLowerCase()
}

export function packagesOf({ state, undo, dirt }: Change, facts: EventOf<'environment'>): void {
  for (const one of shownPackages(facts)) {
    const key = packageKey(one)
    // Of several spellings the least, whichever comes first.
    const known = state.packages.get(key)
    if (known !== undefined && known.name <= one.name) continue
    undo.put(state.packages, key, one)
    dirt.mark('package', key)
  }
}

function systemOf(interpreter: string): PackageState['system'] {
  if (/python|pypy/i.test(interpreter)) return 'pypi'
  return /node|bun|deno/i.test(interpreter) ? 'npm' : 'generic'
}
