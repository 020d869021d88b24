import fs from 'node:fs'
import { fieldsOf, limits } from '@provloom/shared'
import type { Variables } from '../place/variables.ts'
import { maskTail } from '../secrets.ts'

/**
 * Why a torchrun worker failed: the message that torch's `@record` leaves in TORCHELASTIC_ERROR_FILE, its last 4 KiB.
 *
 * @returns undefined when there is none
 */
export function elasticError(variables: Variables): string | undefined {
  const file = variables['TORCHELASTIC_ERROR_FILE']
  if (file === undefined || file === '') return undefined
  try {
    const message = fieldsOf(JSON.parse(fs.readFileSync(file, 'utf8'))).get('message')
    const text = typeof message === 'string' ? message : fieldsOf(message).get('message')
    return typeof text === 'string' ? maskTail(text, limits.errorTailBytes) : undefined
  } catch {
    return undefined
  }
}
