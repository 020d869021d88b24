import { version } from '@provloom/shared'
import type { Context } from '../context.ts'
import { launcherMark } from '../place/launcher-mark.ts'
import { hostId } from '@provloom/shared/process'
import { formatTree } from '../place/tree-variable.ts'
import { makeTree, spoolRoots, treeFolders } from './folder.ts'
import type { TreeFacts, TreeFolder } from './folder.ts'
import { pidNamespace, startOf } from './processes.ts'

/** Trees of this process: each command that it wraps has one of its own. */
let founded = 0

/**
 * Founds the tree of a wrapped command.
 *
 * @throws {ProvloomError} `SPOOL_UNWRITABLE`
 */
export function foundTree(
  context: Context,
  host: string,
  told: (message: string) => void,
): { readonly tree: TreeFolder; readonly facts: TreeFacts } {
  const { given, variables, directory, clock } = context
  const [pid, start] = [process.pid, startOf(process.pid)]
  const facts: TreeFacts = {
    createdUs: clock.nowUs(),
    key: `local-${hostId()}.${pid}.${start}${founded === 0 ? '' : `-${founded}`}`,
    launcherMark: launcherMark(variables),
    host,
    hostId: hostId(),
    uid: process.getuid?.() ?? 0,
    pid,
    start,
    pidNamespace: pidNamespace(),
    by: 'agent',
    version,
  }
  founded++
  const folders = treeFolders(spoolRoots(variables, given.spoolRoot, directory), facts.key)
  return { tree: makeTree(folders, facts, told), facts }
}

/** `PROVLOOM_TREE` for what a tree's founder starts. */
export function treeVariableOf(tree: TreeFolder, facts: TreeFacts): string {
  const { key, launcherMark: mark, pid, start } = facts
  return formatTree({ key, launcherMark: mark, folder: tree.root, last: { pid, start } })
}
