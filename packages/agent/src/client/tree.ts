import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { version, workingFolder } from '@provloom/shared'
import { launcherMark } from '../place/launcher-mark.ts'
import { aliveStill, hostId, identityOfProcess } from '@provloom/shared/process'
import type { ProcessIdentity } from '@provloom/shared/process'
import { treeKeyOf } from '../place/tree-key.ts'
import { formatTree, founderOf, parseTree, treeVariable } from '../place/tree-variable.ts'
import type { Tree } from '../place/tree-variable.ts'
import { servingAgent } from '../tree/claim.ts'
import { makeTree, readTree, spoolRoots, treeFolderAt, treeFolders } from '../tree/folder.ts'
import type { TreeFolder } from '../tree/folder.ts'
import { parentsOf, pidNamespace, startOf } from '../tree/processes.ts'
import { tellOnce } from './tell.ts'

/** What this process was handed, or would found. */
interface Taken {
  readonly founded: boolean
  readonly tree: Tree
  readonly roots: readonly string[]
}

/** The tree that this process records into. */
export interface OwnTree {
  readonly tree: TreeFolder
  /** A wrapper founded it: what there is to say it says itself. */
  readonly wrapped: boolean
  /** This process founded it: nobody above speaks for its job. */
  readonly founded: boolean
}

/**
 * Takes the tree that this process was handed, or founds one, and hands it down to whatever it starts.
 *
 * @throws {ProvloomError} `SPOOL_UNWRITABLE` when no folder can be made
 */
export function ownTree(): OwnTree {
  const { founded, tree, roots } = taken()
  const folder = (founded ? undefined : joined(tree.folder)) ?? made(tree, roots)
  process.env[treeVariable] = formatTree({ ...tree, folder: folder.root })
  return { tree: folder, wrapped: isWrapped(folder.root), founded }
}

/** The tree that this process was handed, and the last process that took it before; undefined where it would found one. */
export function handedTree(): { readonly tree: TreeFolder; readonly last: Tree['last'] } | undefined {
  const inherited = parseTree(process.env[treeVariable])
  if (inherited === undefined) return undefined
  const { founded, tree } = taken()
  return founded ? undefined : { tree: treeFolderAt(tree.folder), last: inherited.last }
}

function taken(): Taken {
  const self = selfIdentity()
  const roots = spoolRoots(process.env, undefined, workingFolder())
  const { founded, tree } = treeKeyOf({
    self,
    inherited: parseTree(process.env[treeVariable]),
    launcherMark: launcherMark(process.env),
    parentPid: process.ppid,
    folderOf: (key) => treeFolders(roots, key)[0]!,
    foundedByAgent: isWrapped,
    isAlive: (one) => aliveStill(one),
    isAbove: ({ pid, start }) => parentsOf(process.pid).some((one) => one[0] === pid && one[1] === start),
    hasAgent: (folder) => servingAgent(folder) !== undefined,
  })
  return { founded, tree, roots }
}

/** @returns undefined where it is not whole: the founder has begun no session yet, or an agent has cleared it away */
function joined(folder: string): TreeFolder | undefined {
  const tree = treeFolderAt(folder)
  if (!fs.existsSync(path.join(folder, 'spool.json'))) return undefined
  fs.mkdirSync(tree.sessions, { recursive: true, mode: 0o700 })
  return tree
}

function made({ key, launcherMark: mark, folder }: Tree, roots: readonly string[]): TreeFolder {
  const founder = founderOf(key)
  const facts = {
    createdUs: Date.now() * 1000,
    key,
    launcherMark: mark,
    host: os.hostname(),
    hostId: hostId(),
    uid: process.getuid?.() ?? 0,
    pid: founder?.pid ?? process.pid,
    start: founder === undefined ? startOf(process.pid) : Number(founder.start),
    pidNamespace: pidNamespace(),
    by: 'client',
    version,
  } as const
  const folders = [...new Set([folder, ...treeFolders(roots, key)])]
  return makeTree(folders, facts, (message) => tellOnce('spool-root', message))
}

export function isWrapped(folder: string): boolean {
  try {
    return readTree(folder).facts.by === 'agent'
  } catch {
    return false
  }
}

function selfIdentity(): ProcessIdentity {
  return identityOfProcess(process.pid) ?? { host: hostId(), pidNamespace: '', pid: process.pid, start: '0' }
}
