import type { ValueType } from '@provloom/shared'

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
