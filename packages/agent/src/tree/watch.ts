import path from 'node:path'
import { namesIn, reasonOf } from '@provloom/shared'
import type { Clock } from '@provloom/shared'
import { Tail } from '../spool/tail.ts'
import type { Timing } from '../timing.ts'
import type { Wake } from '../wake.ts'
import { readSession } from '../session/facts.ts'
import type { SessionFacts } from '../session/facts.ts'
import { isSessionId } from '../session/folder.ts'
import type { SessionFolder } from '../session/folder.ts'
import type { TreeFolder } from './folder.ts'

/** A session that has begun. */
export interface Found {
  readonly folder: SessionFolder
  readonly facts: SessionFacts
}

/** The process of a session, whoever else gets its number. */
export function processOf({ pid, start, pidNamespace }: SessionFacts): string {
  return `${pid}.${start}.${pidNamespace}`
}

/** Finds the sessions of a tree as their processes begin them, in the order in which they were begun. */
export class SessionWatch {
  readonly #tree: TreeFolder
  readonly #known = new Set<string>()
  readonly #tail: Tail
  readonly #told: (message: string) => void

  /** @param wake rung when there may be one */
  constructor(tree: TreeFolder, clock: Clock, timing: Timing, wake: Wake, told: (message: string) => void) {
    this.#tree = tree
    this.#told = told
    this.#tail = new Tail(clock, { ...timing }, tree.sessions, wake)
  }

  /** Monotonic milliseconds at which a look is worth while. */
  get dueAt(): number {
    return this.#tail.dueAt
  }

  /** Sessions that were not there at the last look. */
  look(): Found[] {
    const fresh = namesIn(this.#tree.sessions).filter((name) => isSessionId(name) && !this.#known.has(name))
    const found: Found[] = []
    for (const name of fresh) {
      this.#known.add(name)
      try {
        found.push(readSession(path.join(this.#tree.sessions, name)))
      } catch (error) {
        this.#told(reasonOf(error))
      }
    }
    this.#tail.looked(found.length > 0, false)
    return found.sort((a, b) => a.facts.openedUs - b.facts.openedUs || a.facts.seq - b.facts.seq)
  }

  close(): void {
    this.#tail.close()
  }
}
