import { firstBytes, limits } from '@provloom/shared'
import { partsOf } from './parts.ts'
import { scalar } from './scalar.ts'
import { titleOf } from './stranger.ts'
import type { Remark, Typed } from './typed.ts'

/** What closing all levels may take after the bytes are used up. */
const reserveBytes = 4096
const tooLarge: Remark = {
  code: 'VALUE_CUT',
  words: 'is larger than a parameter may be; its beginning is recorded',
}

/**
 * JSON of one value with parts, written until the bytes are used up, so that neither shared parts nor cycles nor
 * numbers cost more than what is kept.
 */
export class Writing {
  #left: number
  readonly #text: string[] = []
  readonly #above = new Set<object>()
  #remark: Remark | undefined

  constructor(most: number) {
    this.#left = Math.max(256, most - reserveBytes)
  }

  whole(value: unknown): Typed {
    this.#value(value, 0)
    const made = { valueType: 'json', value: this.#text.join('') } as const
    return this.#remark === undefined ? made : { ...made, remark: this.#remark }
  }

  #say(text: string): void {
    this.#text.push(text)
    this.#left -= Buffer.byteLength(text, 'utf8')
  }

  #sayText(text: string): void {
    const quoted = JSON.stringify(text)
    if (quoted.length * 3 <= this.#left || Buffer.byteLength(quoted, 'utf8') <= this.#left) {
      this.#say(quoted)
      return
    }
    this.#note(tooLarge)
    // A control character takes six bytes.
    this.#say(JSON.stringify(`${firstBytes(text, Math.floor(this.#left / 6))}...`))
  }

  #note(remark: Remark): void {
    this.#remark ??= remark
  }

  #value(value: unknown, level: number): void {
    const found = scalar(value, Math.max(64, this.#left))
    if (found === undefined) {
      if (typeof value === 'object' && value !== null) this.#inside(value, level)
      return
    }
    const { valueType, value: text, remark } = found
    if (remark !== undefined) this.#note({ code: remark.code, words: `holds a value that ${remark.words}` })
    if (valueType === 'null') this.#say('null')
    else if (valueType === 'int' || valueType === 'bool' || (valueType === 'float' && !/[NI]/.test(text)))
      this.#say(text)
    else this.#sayText(text)
  }

  #inside(value: object, level: number): void {
    if (this.#above.has(value)) {
      this.#note({ code: 'VALUE_CUT', words: 'holds itself; where it does its type is recorded' })
      this.#sayText(`<the same ${titleOf(value)}>`)
      return
    }
    if (level >= limits.valueLevelsMax) {
      this.#note({
        code: 'VALUE_CUT',
        words: `has more than ${level} levels; of deeper ones the type is recorded`,
      })
      this.#sayText(`<${titleOf(value)}>`)
      return
    }
    this.#above.add(value)
    const parts = partsOf(value)
    this.#say(parts.kind === 'pairs' ? '{' : '[')
    if (parts.kind === 'pairs') this.#pairs(parts.some, parts.count, level)
    else this.#elements(parts.some, parts.count, level)
    this.#say(parts.kind === 'pairs' ? '}' : ']')
    this.#above.delete(value)
  }

  /** As JSON has it: without functions and what is undefined. */
  #pairs(some: Iterable<readonly [string, unknown]>, count: number, level: number): void {
    let seen = 0
    let comma = ''
    for (const [name, one] of some) {
      if (this.#left <= 0) {
        this.#note(tooLarge)
        this.#say(`${comma}"...":"${count - seen} more"`)
        return
      }
      seen++
      if (one === undefined || typeof one === 'function') continue
      this.#say(comma)
      comma = ','
      this.#sayText(name)
      this.#say(':')
      this.#value(one, level + 1)
    }
  }

  #elements(some: Iterable<unknown>, count: number, level: number): void {
    let seen = 0
    for (const one of some) {
      if (this.#left <= 0) {
        this.#note(tooLarge)
        this.#say(`${seen > 0 ? ',' : ''}"... ${count - seen} more"`)
        return
      }
      if (seen++ > 0) this.#say(',')
      this.#value(typeof one === 'function' ? null : one, level + 1)
    }
  }
}
