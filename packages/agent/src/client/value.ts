import { limits } from '@provloom/shared'
import { scalar } from './scalar.ts'
import { Writing } from './structure.ts'
import type { Typed } from './typed.ts'

/**
 * What is recorded for a value: at most `most` bytes, and no more work than they are. Nothing that a stranger's class
 * defines is called: no getter, no `toString`, no `toJSON`, no iterator, no trap of a proxy.
 */
export function typed(value: unknown, most: number = limits.valueBytesMax): Typed {
  return scalar(value, most) ?? new Writing(most).whole(value)
}
