/** What an element of a list is: a number, or a list of them. */
export type Item = number | readonly number[]

/**
 * What a list holds that Python has written as text: `[0, 1]`, numpy's `[0.1 0.2]` and `[np.float64(0.1), ...]`,
 * tensors, truth values as 1 and 0, lists in lists, and any of them as text in it. `abbreviated` where numpy or torch have
 * left values out (`[0.1 0.2 ... 0.9]`), `unreadable` where there is anything else.
 */
export type Items = readonly Item[] | 'abbreviated' | 'unreadable'

const space = /[\s,]+/y
const number = /[+-]?(?:\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|nan|inf(?:inity)?)(?![\w.])/iy
const truth = /True|False/y
/** `np.float64(`, `tensor(`, `array(`: its first argument is what it is. */
const call = /[A-Za-z_][\w.]*\(/y
/** `dtype=float32`, `device='cuda:0'`, `grad_fn=<MseLossBackward0>`. */
const keyword = /\w+=(?:'[^']*'|<[^>]*>|[\w.]+)/y
const quoted = /'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/y

interface Frame {
  readonly close: ')' | ']'
  readonly isCall: boolean
  readonly items: Item[]
}

export function itemsIn(text: string): Items {
  return text.includes('...') ? 'abbreviated' : (new Literal(text).read() ?? 'unreadable')
}

/** A text from its first to its last character. What is deeper than a list in a list is flattened into that. */
class Literal {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  read(): readonly Item[] | undefined {
    const all: Item[] = []
    const frames: Frame[] = [{ close: ']', isCall: false, items: all }]
    for (;;) {
      this.#match(space)
      const [top, outer] = [frames.at(-1)!, frames.at(-2)]
      const character = this.#text[this.#at]
      if (character === undefined) return outer === undefined ? all : undefined
      if (character === '[' || character === '(') {
        this.#at++
        frames.push({ close: character === '[' ? ']' : ')', isCall: false, items: [] })
      } else if (character === top.close && outer !== undefined) {
        this.#at++
        frames.pop()
        outer.items.push(...closed(top, frames.length === 1))
      } else if (!this.#value(frames, top)) return undefined
    }
  }

  #value(frames: Frame[], { items }: Frame): boolean {
    const found = this.#match(number)
    if (found !== undefined) return items.push(numberOf(found[0])) > 0
    const said = this.#match(truth)
    if (said !== undefined) return items.push(said[0] === 'True' ? 1 : 0) > 0
    if (this.#match(keyword) !== undefined) return true
    if (this.#match(call) !== undefined) return frames.push({ close: ')', isCall: true, items: [] }) > 0
    const [, single, double] = this.#match(quoted) ?? []
    const inside = single ?? double
    const within = inside === undefined ? 'unreadable' : itemsIn(inside)
    if (typeof within === 'string') return false
    const [only] = within
    return (
      items.push(within.length === 1 && typeof only === 'number' && !isList(inside!) ? only : within.flat()) >
      0
    )
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)
    if (found === null) return undefined
    this.#at = pattern.lastIndex
    return found
  }
}

const isList = (text: string): boolean => /^\s*[[(]/.test(text)

/** What a frame is in the one around it: a list is a list, and at the outside its items; a call is what it was made of. */
function closed({ items, isCall }: Frame, isOutermost: boolean): readonly Item[] {
  const [only] = items
  if (isCall) return isOutermost && items.length === 1 && typeof only === 'object' ? only : items
  return isOutermost ? items : [items.flat()]
}

/** Python's words for what JavaScript writes otherwise. */
export function numberOf(text: string): number {
  const word = text.trim().toLowerCase()
  if (/^[+-]?nan$/.test(word)) return NaN
  return Number(word.replace(/^([+-]?)inf(?:inity)?$/, '$1Infinity'))
}
