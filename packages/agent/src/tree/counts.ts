import path from 'node:path'
import { fieldsIn, isCount } from '@provloom/shared'
import { countSession } from '../place/ordinal.ts'
import type { Counted, SessionCounts } from '../place/ordinal.ts'
import type { SessionFacts } from '../session/facts.ts'
import { textIn, textOf, writeSmall } from '../spool/small-file.ts'
import type { TreeFacts, TreeFolder } from './folder.ts'
import { workerOf } from './worker.ts'

/**
 * `counts.json`: how the sessions of a tree were counted so far, which process is whose worker, and of which job the ranks
 * are that were said by hand. The agent that serves the tree next goes on counting: from 0 again it would ask for runs that
 * are over for its processes, which where another rank was started again look like a restart.
 */
export class Counts {
  readonly #file: string
  #counts: SessionCounts
  /** Of sessions that are still there: another agent counts none twice. */
  readonly #ordinals: Map<string, number>
  /** By the process right below the launcher or the founder, which the founder's own end would make another one. */
  readonly #workers: Map<string, string>
  #saidJob: string | undefined

  constructor({ root }: TreeFolder) {
    this.#file = path.join(root, 'counts.json')
    const fields = fieldsIn(textIn(this.#file))
    this.#counts = entriesOf(fields.get('counts'), isCount)
    this.#ordinals = entriesOf(fields.get('ordinals'), isCount)
    this.#workers = entriesOf(fields.get('workers'), isText)
    this.#saidJob = textOf(fields.get('saidJob'))
  }

  /** The job of the tree's ranks that were said by hand: the first of them decides for all, and for agents after this one. */
  get saidJob(): string | undefined {
    return this.#saidJob
  }

  decideSaidJob(jobKey: string): string {
    this.#saidJob = jobKey
    this.#write()
    return jobKey
  }

  /** The worker of a session, the same as for every other session of its process. */
  workerOf(facts: SessionFacts, tree: TreeFacts): string {
    const { worker, top } = workerOf(facts, tree)
    if (top === undefined) return worker
    const name = top.join('.')
    const known = this.#workers.get(name)
    if (known === undefined) this.#workers.set(name, worker)
    return known ?? worker
  }

  /** The ordinal of a session. It is on the disk before anybody is told. */
  ordinalOf(session: string, counted: Counted): number {
    const before = this.#ordinals.get(session)
    if (before !== undefined) return before
    const { ordinal, after } = countSession(this.#counts, counted)
    this.#counts = after
    this.#ordinals.set(session, ordinal)
    this.#write()
    return ordinal
  }

  /** The session's folder is gone. */
  forget(session: string): void {
    this.#ordinals.delete(session)
  }

  #write(): void {
    try {
      writeSmall(this.#file, {
        counts: Object.fromEntries(this.#counts),
        ordinals: Object.fromEntries(this.#ordinals),
        workers: Object.fromEntries(this.#workers),
        ...(this.#saidJob === undefined ? {} : { saidJob: this.#saidJob }),
      })
    } catch {
      // A disk that is full: an ordinal is a wish.
    }
  }
}

const isText = (value: unknown): value is string => textOf(value) !== undefined

function entriesOf<Value>(value: unknown, is: (one: unknown) => one is Value): Map<string, Value> {
  const found = new Map<string, Value>()
  if (typeof value !== 'object' || value === null) return found
  for (const [name, one] of Object.entries(value)) if (is(one)) found.set(name, one)
  return found
}
