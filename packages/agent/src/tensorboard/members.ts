import fs from 'node:fs'
import { namesIn } from '@provloom/shared'
import { argvOf, environOf, statOf } from '@provloom/shared/process'
import { parseTree, treeVariable } from '../place/tree-variable.ts'
import type { Variables } from '../place/variables.ts'
import { textIn } from '../spool/small-file.ts'
import { startOf } from '../tree/namespaces.ts'
import { rankIn } from '../tree/worker.ts'

/** A process of a tree, as it was when it was first seen. */
export interface Member {
  readonly pid: number
  /** Field 22 of /proc/PID/stat. */
  readonly start: number
  /** Its number as it sees itself. */
  readonly innerPid: number
  /** The processes above it that are of the tree, the nearest first. */
  readonly parents: readonly Member[]
  readonly variables: Variables
  readonly directory: string | undefined
  readonly argv: readonly string[]
}

/** Members that are remembered when they are gone: their files' names name them. */
const membersMax = 16_384
/** A number may be given to another process: after so many looks all are looked at again. */
const looksTrusted = 16

/** The processes of a tree, those too that are gone: what they have written is found later. */
export class Members {
  readonly #tree: string
  readonly #byPid = new Map<number, Member>()
  readonly #gone: Member[] = []
  readonly #young = new Set<number>()
  #foreign = new Set<number>()
  #looks = 0

  /** @param tree the folder of their tree: whoever names another one is recorded there */
  constructor(tree: string) {
    this.#tree = tree
  }

  /** @param roots of the tree: whatever they say themselves, they and all below them are of it */
  look(roots: readonly number[]): void {
    const pids = namesIn('/proc').map(Number).filter(Number.isInteger)
    const there = new Set(pids)
    for (const [pid, member] of this.#byPid)
      if (!there.has(pid) || startOf(pid) !== member.start) this.#forget(pid, member)
    this.#lookAgainAtYoung()
    const more = roots.filter((pid) => there.has(pid) && !this.#byPid.has(pid))
    for (const pid of more) this.#add(pid, [])
    // Who was no descendant of the others may be one of a new root.
    if (more.length > 0 || this.#looks++ % looksTrusted === 0) this.#foreign = new Set()
    const unknown = pids.filter((pid) => !this.#byPid.has(pid) && !this.#foreign.has(pid))
    const parents = new Map(unknown.map((pid) => [pid, Number(statOf(pid)?.[1] ?? 0)]))
    // A child may stand before its parent: gone over until nothing is added.
    for (let before = -1; before !== this.#byPid.size;) {
      before = this.#byPid.size
      for (const [pid, parent] of parents) {
        const above = this.#byPid.get(parent)
        if (above === undefined || this.#byPid.has(pid)) continue
        parents.delete(pid)
        if (this.#isOfAnother(pid)) this.#foreign.add(pid)
        else this.#add(pid, [above, ...above.parents])
      }
    }
    for (const pid of parents.keys()) this.#foreign.add(pid)
  }

  /** Those that live, as far as was seen. */
  get living(): Iterable<Member> {
    return this.#byPid.values()
  }

  /** By the number that its file names: the living first, then those that went last. */
  named(innerPid: number): Member | undefined {
    for (const member of this.#byPid.values()) if (member.innerPid === innerPid) return member
    return this.#gone.findLast((member) => member.innerPid === innerPid)
  }

  get(pid: number): Member | undefined {
    return this.#byPid.get(pid)
  }

  /** The last of the number, gone or not. */
  ever(pid: number): Member | undefined {
    return this.#byPid.get(pid) ?? this.#gone.findLast((member) => member.pid === pid)
  }

  /** Whether any has been seen that is another rank than the others, or one below it that is none. */
  get areRanks(): boolean {
    return (
      new Set([...this.#byPid.values(), ...this.#gone].map(({ variables }) => rankIn(variables))).size > 1
    )
  }

  #add(pid: number, parents: readonly Member[]): void {
    const start = startOf(pid)
    if (start === 0) return
    this.#byPid.set(pid, { pid, start, innerPid: innerPidOf(pid), parents, ...nowOf(pid) })
    this.#young.add(pid)
  }

  /** Between fork and exec it looks like its parent. */
  #lookAgainAtYoung(): void {
    for (const pid of this.#young) {
      const member = this.#byPid.get(pid)
      if (member !== undefined) Object.assign(member, nowOf(pid))
    }
    this.#young.clear()
  }

  #forget(pid: number, member: Member): void {
    this.#byPid.delete(pid)
    this.#gone.push(member)
    if (this.#gone.length > membersMax) this.#gone.shift()
  }

  /** Of a wrapper's below, say: it has an agent of its own. */
  #isOfAnother(pid: number): boolean {
    const told = environOf(pid)?.find((entry) => entry.startsWith(`${treeVariable}=`))
    const tree = parseTree(told?.slice(treeVariable.length + 1))
    return tree !== undefined && tree.folder !== this.#tree
  }
}

/** The topmost process with the same rank: where a launcher starts ranks below one agent, the rank's own. */
export function workerOf(member: Member): Member {
  const rank = rankIn(member.variables)
  return (
    member.parents.findLast((_, n) =>
      member.parents.slice(0, n + 1).every(({ variables }) => rankIn(variables) === rank),
    ) ?? member
  )
}

/** What it is at this moment. */
function nowOf(pid: number): Pick<Member, 'variables' | 'directory' | 'argv'> {
  const entries = (environOf(pid) ?? []).flatMap((entry): [string, string][] => {
    const at = entry.indexOf('=')
    return at <= 0 ? [] : [[entry.slice(0, at), entry.slice(at + 1)]]
  })
  return { variables: Object.fromEntries(entries), directory: linkAt(`/proc/${pid}/cwd`), argv: argvOf(pid) }
}

function innerPidOf(pid: number): number {
  const numbers = /^NSpid:\s*(.+)$/m.exec(textIn(`/proc/${pid}/status`) ?? '')?.[1]
  return Number(numbers?.trim().split(/\s+/).at(-1) ?? pid)
}

export function linkAt(file: string): string | undefined {
  try {
    return fs.readlinkSync(file)
  } catch {
    return undefined
  }
}
