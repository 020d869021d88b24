import { types } from 'node:util'
import type { Typed } from './typed.ts'

/** The name of a value's class, as far as nobody has to be asked for it. */
export function titleOf(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (typeof prototype !== 'object' || prototype === null || types.isProxy(prototype)) return 'Object'
  const maker = heldIn(prototype, 'constructor')
  return typeof maker === 'function' && !types.isProxy(maker) ? functionName(maker) : 'Object'
}

export function functionName(value: object): string {
  const name = heldIn(value, 'name')
  return typeof name === 'string' && name !== '' ? name.slice(0, 200) : 'function'
}

/** An own property that is a value; undefined for what a getter would have to make. */
export function heldIn(value: object, name: PropertyKey): unknown {
  return Object.getOwnPropertyDescriptor(value, name)?.value
}

/** For what cannot be read without running somebody's code. */
export function strangerOf(title: string): Typed {
  const words = `is a ${title}, which is not looked into: its type alone is recorded; log its text or its parts`
  return { valueType: 'str', value: `<${title}>`, remark: { code: 'VALUE_NOT_READ', words } }
}
