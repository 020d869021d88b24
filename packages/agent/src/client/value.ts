import { limits } from '@provloom/shared'
import type { ValueType } from '@provloom/shared'
import { scalar } from './scalar.ts'
import { Writing } from './structure.ts'

/** A parameter's type and its lexical form, in XML Schema's words, and what is to be told of it. */
export interface Typed {
  readonly valueType: ValueType
  readonly value: string
  readonly remark?: Remark
}

/** What is recorded is not quite what was given. */
export interface Remark {
  readonly code: 'VALUE_CUT' | 'VALUE_CHANGED' | 'VALUE_NOT_READ'
  /** Goes on after "the value of NAME". */
  readonly words: string
}

/**
 * What is recorded for a value: at most `most` bytes, and no more work than they are. Nothing that a stranger's class
 * defines is called: no getter, no `toString`, no `toJSON`, no iterator, no trap of a proxy.
 */
export function typed(value: unknown, most: number = limits.valueBytesMax): Typed {
  return scalar(value, most) ?? new Writing(most).whole(value)
}
