import type { ValueType } from '@provloom/shared'
import { typed } from '../client/value.ts'
import type { Typed } from '../client/typed.ts'

/**
 * MLflow has text alone: what is written as Python writes a number, a boolean or None was one before. The text itself is
 * recorded, whatever its type.
 */
export function paramValue(text: string): Typed {
  const valueType = typeOf(text)
  return valueType === undefined ? typed(text) : { valueType, value: text }
}

function typeOf(text: string): ValueType | undefined {
  if (/^-?(?:0|[1-9]\d{0,17})$/.test(text)) return 'int'
  if (/^-?(?:(?:0|[1-9]\d*)\.\d+(?:e[+-]\d{2,3})?|[1-9]e[+-]\d{2,3}|inf)$/.test(text) || text === 'nan')
    return 'float'
  if (text === 'True' || text === 'False') return 'bool'
  return undefined
}
