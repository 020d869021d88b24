import { bool, dateTime, double, int, isDateTime, text } from '@provloom/prov'
import type { Value } from '@provloom/prov'
import type { ValueType } from '@provloom/shared'
import { instant } from '../instant.ts'
import { bounded } from './facts.ts'

/** A parameter's value with its real type; a lexical form that its type cannot have stays text. */
export function paramValue(type: ValueType, lexical: string): Value {
  switch (type) {
    case 'int':
      return /^[+-]?\d{1,4096}$/.test(lexical) ? int(lexical.replace(/^\+/, '')) : text(bounded(lexical))
    case 'float':
      return floatValue(lexical)
    case 'bool': {
      const word = lexical.toLowerCase()
      return word === 'true' || word === 'false' ? bool(word === 'true') : text(bounded(lexical))
    }
    case 'time':
      return timeValue(lexical)
    case 'str':
    case 'null':
    case 'json':
      return text(bounded(lexical))
  }
}

function floatValue(lexical: string): Value {
  const word = lexical.trim().toLowerCase()
  if (/^[+-]?nan$/.test(word)) return double(NaN)
  if (/^[+-]?inf(?:inity)?$/.test(word)) return double(word.startsWith('-') ? -Infinity : Infinity)
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/.test(word)) return text(bounded(lexical))
  return double(Number(word))
}

/** Microseconds since the Unix epoch, or a date as ISO 8601 has it. */
function timeValue(lexical: string): Value {
  if (/^\d{1,16}$/.test(lexical)) return dateTime(instant(Number(lexical)))
  return isDateTime(lexical) ? dateTime(lexical) : text(bounded(lexical))
}
