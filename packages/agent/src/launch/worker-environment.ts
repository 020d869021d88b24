import path from 'node:path'
import { processStart } from '@provloom/shared'
import type { Variables } from '../rank/environment.ts'

/**
 * The command's variables: ours, those that only Node would have taken, the way to its spool, and the Python client in
 * front of PYTHONPATH. Without a spool its `import provloom` works all the same.
 */
export function workerEnvironment(
  variables: Variables,
  spool: string | undefined,
  pythonPath: string | undefined,
): Variables {
  const before = variables['PYTHONPATH']
  const found = [pythonPath, before].filter((one) => one !== undefined && one !== '')
  return {
    ...variables,
    ...processStart().variables,
    ...(spool === undefined ? {} : { PROVLOOM_SPOOL_DIR: spool, PROVLOOM_AGENT: '1' }),
    ...(found.length === 0 ? {} : { PYTHONPATH: found.join(path.delimiter) }),
  }
}
