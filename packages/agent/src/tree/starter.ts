import type { Context } from '../context.ts'
import { launcherProcess, starterProcess } from '../place/launcher-process.ts'
import { launcherSeen } from '../place/sight.ts'
import type { LauncherSeen } from '../place/sight.ts'
import { founderOf } from '../place/tree-variable.ts'
import { textOf } from '../place/variables.ts'
import type { ProcessNumber, SessionFacts } from '../session/facts.ts'
import type { TreeFacts } from './folder.ts'
import type { Wrapped } from './wrapped.ts'

/** The process whose rank was said, its session, and those above it. */
export interface SaidIn {
  readonly tree: TreeFacts
  readonly wrapped: Wrapped | undefined
  /** Undefined before there is a session. */
  readonly facts: SessionFacts | undefined
  /** Pid, or 0 of one that is gone, and the living processes above, the nearest first. */
  readonly chain: readonly number[]
}

const rankVariable = 'PROVLOOM_RANK'

/**
 * Who started a process whose rank was said by hand, and so the others of its job: of PROVLOOM_RANK whoever was started
 * without it, of `--rank` the agent's parent, of start_run the parent of the process that is the tree's first. A rank that
 * a process of the tree started is of the tree.
 */
export function starterOf(
  context: Context,
  { tree, wrapped, facts, chain }: SaidIn,
): LauncherSeen | 'tree' | undefined {
  const { given, variables } = context
  const [pid = 0, ...parents] = chain
  const from = wrapped === undefined ? pid : process.pid
  if (given.rank !== undefined && textOf(variables, rankVariable) !== undefined)
    return launcherSeen(launcherProcess(from, rankVariable, '/', parents))
  if (wrapped !== undefined) {
    const isFirst = given.rank !== undefined || facts?.pid === wrapped.pid
    return isFirst ? launcherSeen(starterProcess(from, '/', [], process.argv.slice(2))) : 'tree'
  }
  const isFirst = facts !== undefined && isFounder(tree, [facts.pid, facts.start])
  return isFirst ? launcherSeen(starterProcess(from, '/', parents)) : 'tree'
}

function isFounder({ key }: TreeFacts, [pid, start]: ProcessNumber): boolean {
  const founder = founderOf(key)
  return founder?.pid === pid && (founder.start === '' || Number(founder.start) === start)
}
