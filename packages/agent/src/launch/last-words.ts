import fs from 'node:fs'
import { limits } from '@provloom/shared'
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
    const value: unknown = JSON.parse(fs.readFileSync(file, 'utf8'))
    const message = fieldOf(value, 'message')
    const text = typeof message === 'string' ? message : fieldOf(message, 'message')
    return typeof text === 'string' ? maskTail(text, limits.errorTailBytes) : undefined
  } catch {
    return undefined
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? new Map<string, unknown>(Object.entries(value)).get(name)
    : undefined
}
