import type { LauncherSeen, Sight } from '../place/sight.ts'
import { founderOf } from '../place/tree-variable.ts'
import type { ProcessNumber, SessionFacts } from '../session/facts.ts'
import { pidNamespace } from './processes.ts'

/**
 * Launchers that were seen alive, by the variable that they set. The last of their ranks may be seen when both are over:
 * its launcher is known then by the numbers that it has said of those above it, and not taken for what started that one.
 */
export class KnownLaunchers {
  readonly #known = new Map<string, LauncherSeen>()

  /** What one of their ranks sees, with those that are gone. */
  sightOf(sight: Sight, facts: SessionFacts | undefined): Sight {
    if (facts === undefined || facts.pidNamespace !== pidNamespace()) return sight
    return { ...sight, launcher: (variable) => this.#nearest(variable, facts, sight.launcher(variable)) }
  }

  #nearest(
    variable: string,
    { pid, parents }: SessionFacts,
    found: LauncherSeen | undefined,
  ): LauncherSeen | undefined {
    const living = found === undefined ? undefined : numberOf(found)
    const markOf = ([one, start]: ProcessNumber): string => `${variable} ${one} ${start}`
    for (const one of parents) {
      if (living !== undefined && one[0] === living[0] && one[1] === living[1]) break
      const known = this.#known.get(markOf(one))
      if (known !== undefined) return known
    }
    // One that has set the variable itself is not the launcher of its own.
    if (found !== undefined && living !== undefined && living[0] !== pid)
      this.#known.set(markOf(living), found)
    return found
  }
}

function numberOf({ key }: LauncherSeen): ProcessNumber | undefined {
  const founder = founderOf(key)
  return founder === undefined || founder.start === '' ? undefined : [founder.pid, Number(founder.start)]
}
