import { localKey, founderOf } from './tree-variable.ts'
import type { Tree } from './tree-variable.ts'
import type { ProcessIdentity } from '@provloom/shared/process'

/** What a process sees that asks which tree it belongs to. */
export interface TreeSight {
  readonly self: ProcessIdentity
  /** `PROVLOOM_TREE` of its environment, read by `parseTree`. */
  readonly inherited: Tree | undefined
  /** What it sees of its launcher (launcher-mark.ts). */
  readonly launcherMark: string
  /** The topmost living `multiprocessing` parent, where none of them has founded a tree: siblings agree on it. */
  readonly parent?: ProcessIdentity
  readonly parentPid: number
  /** Whether a wrapper founded it: it sees all that its command starts. */
  readonly foundedByAgent: (folder: string) => boolean
  /** The folder that a tree with this key has. */
  readonly folderOf: (key: string) => string
  readonly isAlive: (process: ProcessIdentity) => boolean | undefined
  /** Whether it is a living process above this one. */
  readonly isAbove: (process: Tree['last']) => boolean
  /** Whether an agent lives on a tree's folder. */
  readonly hasAgent: (folder: string) => boolean
}

/** The tree of a process, and what it hands down. */
export interface TreeKey {
  readonly founded: boolean
  readonly tree: Tree
}

/**
 * A process takes the tree it was handed when no other launcher stands between: the launcher it sees is the one that was
 * seen there, or the very process that handed it down (Lightning's rank 0). And when somebody is still there: the
 * founder, an agent, or above it the process that handed it down, which goes on in it when both others were killed; tmux,
 * `ray start` and sshd keep variables for days. Else it founds one.
 */
export function treeKeyOf(sight: TreeSight): TreeKey {
  const { self, launcherMark, inherited } = sight
  const last = { pid: self.pid, start: Number(self.start) }
  if (inherited !== undefined && isOfThis(inherited, sight) && isHeld(inherited, sight)) {
    return { founded: false, tree: { ...inherited, launcherMark, last } }
  }
  const key = localKey(sight.parent ?? self)
  return { founded: true, tree: { key, launcherMark, folder: sight.folderOf(key), last } }
}

function isOfThis(tree: Tree, { launcherMark, parentPid, foundedByAgent }: TreeSight): boolean {
  return foundedByAgent(tree.folder) || launcherMark === tree.launcherMark || parentPid === tree.last.pid
}

function isHeld({ key, folder, last }: Tree, { isAlive, hasAgent, isAbove }: TreeSight): boolean {
  const founder = founderOf(key)
  return (founder !== undefined && isAlive(founder) === true) || hasAgent(folder) || isAbove(last)
}
