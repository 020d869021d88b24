import fs from 'node:fs'
import path from 'node:path'
import { treeVariable, parseTree } from '../place/tree-variable.ts'
import type { Variables } from '../place/variables.ts'
import { connectionServed, servingAgent } from './claim.ts'

/** In a tree's folder: a wrapper of ours below records what its command does. */
const markName = 'wrapped-below'

/** The tree of the wrapper that this one is below, where that lives. */
function outerTree(variables: Variables): string | undefined {
  const folder = parseTree(variables[treeVariable])?.folder
  return folder !== undefined && servingAgent(folder) !== undefined ? folder : undefined
}

/** The connection file of the aggregator that a wrapper above uses: a job has one. */
export function outerConnection(variables: Variables): string | undefined {
  const folder = outerTree(variables)
  const file = folder === undefined ? undefined : connectionServed(folder)
  return file !== undefined && fs.existsSync(file) ? file : undefined
}

/** Tells the wrapper above that its command is recorded here: it makes no run of it. */
export function tellOuter(variables: Variables): void {
  const folder = outerTree(variables)
  if (folder === undefined) return
  try {
    fs.writeFileSync(path.join(folder, markName), '', { mode: 0o600 })
  } catch {
    // There is then a run that says no more than that its command ended.
  }
}

export function isWrappedBelow(root: string): boolean {
  return fs.existsSync(path.join(root, markName))
}
