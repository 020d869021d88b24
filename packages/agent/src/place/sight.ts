import os from 'node:os'
import { batchKey } from '@provloom/shared'
import { argvOf, hostId } from '@provloom/shared/process'
import type { ProcessIdentity } from '@provloom/shared/process'
import { isShell, launcherProcess } from './launcher-process.ts'
import { localKey } from './tree-variable.ts'
import type { Variables } from './variables.ts'

/** What the table sees of a process beside its variables. Plain values and one look at its ancestors. */
export interface Sight {
  readonly batch: string | undefined
  /** This machine: `process-identity.ts`, `hostId`. */
  readonly host: string
  readonly hostName: string
  /** The process tree, where it is known. */
  readonly tree: TreeSeen | undefined
  /** The process that started the ranks: the nearest without this variable. */
  readonly launcher: (variable: string) => LauncherSeen | undefined
}

/** A tree that a process founded has nobody in it yet but that process. */
export interface TreeSeen {
  readonly key: string
  readonly founded: boolean
}

export interface LauncherSeen {
  readonly key: string
  /** It is a process of the tree: this one, which has set the variable itself, or one that handed the tree down. */
  readonly ours: boolean
  /** A shell: whoever typed or wrote its lines has launched the ranks. */
  readonly shell: boolean
  readonly argv: readonly string[]
}

/** A process whose ancestors are looked at. */
export interface SeenProcess {
  readonly pid: number
  /** Those above it that still live, as it has said them, the nearest first: a short script is over before anybody looks. */
  readonly parents?: readonly number[]
  readonly tree?: TreeSeen
  /** Whether a launcher with this key is a process of the tree. */
  readonly isOurs?: (key: string) => boolean
}

/** @param seen undefined for a process that is gone, or was never of this machine */
export function sightOf(variables: Variables, seen: SeenProcess | undefined, root = '/'): Sight {
  return {
    batch: batchKey(variables),
    host: hostId(root),
    hostName: os.hostname(),
    tree: seen?.tree,
    launcher: (variable) => {
      const found = seen === undefined ? undefined : launcherProcess(seen.pid, variable, root, seen.parents)
      if (seen === undefined || found === undefined) return undefined
      const ours = found.pid === seen.pid || seen.isOurs?.(localKey(found)) === true
      return { ...launcherSeen(found, root), ours }
    },
  }
}

export function launcherSeen(found: ProcessIdentity, root?: string): LauncherSeen
export function launcherSeen(found: ProcessIdentity | undefined, root?: string): LauncherSeen | undefined
export function launcherSeen(found: ProcessIdentity | undefined, root = '/'): LauncherSeen | undefined {
  if (found === undefined) return undefined
  const { pid } = found
  return { key: localKey(found), ours: false, shell: isShell(pid, root), argv: argvOf(pid, root) }
}
