import path from 'node:path'
import { processStart, variableOf } from '@provloom/shared'
import { treeVariable } from '../place/tree-variable.ts'
import type { Variables } from '../place/variables.ts'

/** Folders for a worker's PYTHONPATH. */
export interface PythonFolders {
  /** Holds the Python client's package. */
  readonly client: string | undefined
  /** Holds prov4ml and yprov4ml, which look themselves whether a real one is installed. */
  readonly doors: string | undefined
  /** Those come first, whatever is installed. */
  readonly asProv4ml: boolean | undefined
}

/**
 * The command's variables: ours, those that only Node would have taken, the tree that it is in, and the Python client in
 * front of PYTHONPATH. Without a spool its `import provloom` works all the same.
 */
export function workerEnvironment(
  variables: Variables,
  tree: string | undefined,
  { client, doors, asProv4ml }: PythonFolders,
): Variables {
  const first = asProv4ml === true && doors !== undefined ? path.join(doors, 'first') : undefined
  const found = [first, client, variables['PYTHONPATH'], doors].filter(
    (one) => one !== undefined && one !== '',
  )
  return {
    ...variables,
    ...processStart().variables,
    ...(tree === undefined ? {} : { [treeVariable]: tree }),
    ...(found.length === 0 ? {} : { PYTHONPATH: [...new Set(found)].join(path.delimiter) }),
    ...(asProv4ml === true ? { [variableOf('asProv4ml')]: 'true' } : {}),
  }
}
