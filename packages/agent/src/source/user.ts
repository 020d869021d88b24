import os from 'node:os'
import { nameWithin } from '@provloom/shared'
import type { Variables } from '../place/variables.ts'
import type { Fact } from '../spool/own-stream.ts'

/** The login name, or undefined where the system knows none (a bare uid in a container). */
export function userFact(environment: Variables): Fact | undefined {
  const login = loginName() ?? environment['USER'] ?? environment['LOGNAME']
  return login === undefined || login === '' ? undefined : { type: 'user', login: nameWithin(login) }
}

function loginName(): string | undefined {
  try {
    return os.userInfo().username
  } catch {
    return undefined
  }
}
