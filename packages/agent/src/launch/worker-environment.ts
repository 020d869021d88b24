import path from 'node:path'
import { processStart } from '@provloom/shared'
import { treeVariable } from '../place/tree-variable.ts'
import type { Variables } from '../place/variables.ts'

/**
 * The command's variables: ours, those that only Node would have taken, the tree that it is in, and the Python client in
 * front of PYTHONPATH. Without a spool its `import provloom` works all the same.
 */
export function workerEnvironment(
  variables: Variables,
  tree: string | undefined,
  pythonPath: string | undefined,
): Variables {
  const before = variables['PYTHONPATH']
  const found = [pythonPath, before].filter((one) => one !== undefined && one !== '')
  return {
    ...variables,
    ...processStart().variables,
    ...(tree === undefined ? {} : { [treeVariable]: tree }),
    ...(found.length === 0 ? {} : { PYTHONPATH: found.join(path.delimiter) }),
  }
}
