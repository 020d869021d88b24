import fs from 'node:fs'
import path from 'node:path'
import { isMainThread } from 'node:worker_threads'
import { isAlive } from '@provloom/shared/process'
import { readSession } from '../session/facts.ts'
import type { SessionFacts } from '../session/facts.ts'
import type { TreeFolder } from '../tree/folder.ts'
import { parentsOf, pidNamespace, startOf } from '../tree/processes.ts'
import { handedTree, isWrapped } from './tree.ts'

/** A process of this tree that has sessions: the nearest above this one, or for a worker thread its own. */
export class Parent {
  readonly #tree: TreeFolder
  readonly #pid: number
  readonly #start: number
  readonly #file: string
  #mark = ''
  #newest: string | undefined

  constructor(tree: TreeFolder, pid: number, start: number) {
    this.#tree = tree
    this.#pid = pid
    this.#start = start
    this.#file = path.join(tree.root, `current-${pid}`)
  }

  /** The id of its newest open session. One look at a file's time where nothing has changed. */
  newest(): string | undefined {
    try {
      const { ino, mtimeNs } = fs.statSync(this.#file, { bigint: true })
      const mark = `${ino} ${mtimeNs}`
      if (mark !== this.#mark) {
        this.#newest = fs.readFileSync(this.#file, 'latin1') || undefined
        this.#mark = mark
      }
    } catch {
      this.#newest = undefined
      this.#mark = ''
    }
    return this.#newest
  }

  /** Its pid, where it is gone without a word for this session: nobody ends that any more. */
  goneFrom(session: string): number | undefined {
    const lives = isAlive(this.#pid) && (this.#start === 0 || startOf(this.#pid) === this.#start)
    return lives || this.newest() !== session || isWrapped(this.#tree.root) ? undefined : this.#pid
  }

  folderOf(session: string): string {
    return path.join(this.#tree.sessions, session)
  }

  /** session.json of one of its sessions; undefined when it is not of this very process. */
  factsOf(session: string): SessionFacts | undefined {
    try {
      const { facts } = readSession(this.folderOf(session))
      if (facts.pid !== this.#pid || facts.pidNamespace !== pidNamespace()) return undefined
      return facts.start === 0 || this.#start === 0 || facts.start === this.#start ? facts : undefined
    } catch {
      return undefined
    }
  }
}

/** The nearest process above this one that has an open session in the tree that this one was handed. */
export function findParent(): Parent | undefined {
  const handed = handedTree()
  if (handed === undefined) return undefined
  const { tree, last } = handed
  const above = parentsOf(process.pid).map(([pid]) => pid)
  if (!isMainThread) above.unshift(process.pid)
  // Not above us any more, or never: a daemon, a worker that was handed the variables.
  else if (last.pid !== process.pid) above.push(last.pid)
  for (const pid of above) {
    if (!isAlive(pid)) continue
    const parent = new Parent(tree, pid, startOf(pid))
    const newest = parent.newest()
    if (newest !== undefined && parent.factsOf(newest) !== undefined) return parent
  }
  return undefined
}
