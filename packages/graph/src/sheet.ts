import { RECORD_KINDS, renderRecord } from '@provloom/prov'
import type { RecordKind } from '@provloom/prov'
import type { Keyed } from './render/view.ts'

/** Things on one page; a page is put together again when one of them changed. */
const THINGS_PER_PAGE_MAX = 128
/** Things whose page is looked up between two yields: less than a millisecond. */
const thingsPerLook = 512

/** Text of one section, lines with commas between and none at the end. */
export interface Lines {
  readonly kind: RecordKind
  readonly text: string
}

/** A page's lines of one kind as bytes, each thing's with a comma behind; `ends` by thing. */
interface Section {
  readonly bytes: Buffer
  /** Without the last comma. */
  readonly closing: Buffer
  readonly ends: Uint32Array
}

interface Encoded {
  /** Ascending. */
  readonly keys: readonly string[]
  readonly sections: ReadonlyMap<RecordKind, Section>
}

interface Page {
  /** Ascending. */
  readonly keys: string[]
  /** New lines, until they are encoded. */
  readonly changed: Map<string, readonly Lines[]>
  /** As of the last encoding; after a split of more things than the page has. */
  encoded: Encoded
}

const nothing: Encoded = { keys: [], sections: new Map() }

/**
 * prov.json as bytes, by pages of things, in the order of the things' keys. What did not change is neither rendered
 * nor encoded again: where another thing of its page changed, its bytes are copied, else they are handed out as they
 * are. Text is not kept.
 */
export class Sheet {
  #pages: Page[] = []
  readonly #stale = new Set<Page>()

  clear(): void {
    this.#pages = []
    this.#stale.clear()
  }

  /** The same things, those of one page together: encoded group by group, their texts live short. */
  *byPage<T extends { readonly key: string }>(things: Iterable<T>): Generator<void, Iterable<readonly T[]>> {
    const groups = new Map<number, T[]>()
    let seen = 0
    for (const thing of things) {
      const at = this.#pageFor(thing.key)
      const group = groups.get(at)
      if (group === undefined) groups.set(at, [thing])
      else group.push(thing)
      if (++seen % thingsPerLook === 0) yield
    }
    return groups.values()
  }

  /** Replaces the lines of a thing; a thing without any stays, empty. */
  put(key: string, lines: readonly Lines[]): void {
    const at = this.#pageFor(key)
    const page = this.#pages[at] ?? this.#newPage(at, [], nothing)
    const place = lowerBound(page.keys, key)
    if (page.keys[place] !== key) page.keys.splice(place, 0, key)
    page.changed.set(key, lines)
    this.#stale.add(page)
    if (page.keys.length > THINGS_PER_PAGE_MAX) this.#split(at, page)
  }

  /** Encodes what changed, a page between two yields; `chunks` encodes what is left. */
  *encodeSlices(): Generator<void, void> {
    for (const page of this.#stale) {
      this.#encode(page)
      yield
    }
  }

  /** The whole document. The buffers are kept and must not be changed. */
  chunks(prefixes: ReadonlyMap<string, string>): Uint8Array[] {
    for (const page of this.#stale) this.#encode(page)
    const chunks: Uint8Array[] = [Buffer.from(`{\n"prefix":{\n${prefixLines(prefixes)}\n}`)]
    for (const kind of RECORD_KINDS) {
      const sections = this.#pages.flatMap(({ encoded }) => encoded.sections.get(kind) ?? [])
      const last = sections.pop()
      if (last === undefined) continue
      chunks.push(sectionBegins.get(kind)!, ...sections.map(({ bytes }) => bytes), last.closing, sectionEnd)
    }
    chunks.push(documentEnd)
    return chunks
  }

  #encode(page: Page): void {
    page.encoded = encode(page)
    page.changed.clear()
    this.#stale.delete(page)
  }

  /** The last page that begins at or before the key, or the first. */
  #pageFor(key: string): number {
    let low = 0
    let high = this.#pages.length - 1
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((this.#pages[middle]?.keys[0] ?? '') <= key) low = middle
      else high = middle - 1
    }
    return low
  }

  #newPage(at: number, keys: string[], encoded: Encoded): Page {
    const page: Page = { keys, changed: new Map(), encoded }
    this.#pages.splice(at, 0, page)
    return page
  }

  #split(at: number, page: Page): void {
    const next = this.#newPage(at + 1, page.keys.splice(THINGS_PER_PAGE_MAX / 2), page.encoded)
    for (const key of next.keys) {
      const lines = page.changed.get(key)
      if (lines !== undefined) next.changed.set(key, lines)
      page.changed.delete(key)
    }
    this.#stale.add(page).add(next)
  }
}

const comma = ',\n'
const sectionBegins = new Map(RECORD_KINDS.map((kind) => [kind, Buffer.from(`,\n"${kind}":{\n`)]))
const empty = Buffer.alloc(0)
const sectionEnd = Buffer.from('\n}')
const documentEnd = Buffer.from('\n}\n')

function prefixLines(prefixes: ReadonlyMap<string, string>): string {
  return [...prefixes].map(([prefix, iri]) => `${JSON.stringify(prefix)}:${JSON.stringify(iri)}`).join(',\n')
}

/** The lines of a thing, by section. */
export function linesOf(records: readonly Keyed[]): readonly Lines[] {
  const texts = new Map<RecordKind, string[]>()
  for (const { record, key } of records) {
    const rendered = renderRecord(record, key === undefined ? {} : { key })
    listed(texts, record.kind).push(`${JSON.stringify(rendered.key)}:${rendered.body}`)
  }
  return [...texts].map(([kind, text]) => ({ kind, text: text.join(comma) }))
}

/** Lines that changed as UTF-8, all others copied from the last encoding. */
function encode({ keys, changed, encoded }: Page): Encoded {
  const kinds = new Set(encoded.sections.keys())
  for (const lines of changed.values()) for (const { kind } of lines) kinds.add(kind)
  const before = placesOf(keys, encoded.keys)
  const sections = new Map<RecordKind, Section>()
  for (const kind of kinds) {
    const old = encoded.sections.get(kind)
    const pieces = keys.map((key, i) => {
      const lines = changed.get(key)
      if (lines === undefined) return old && before[i]! >= 0 ? bytesOf(old, before[i]!) : empty
      const text = lines.find((one) => one.kind === kind)?.text
      return text === undefined || text === '' ? empty : `${text}${comma}`
    })
    const section = joined(pieces)
    if (section.bytes.length > 0) sections.set(kind, section)
  }
  return { keys: [...keys], sections }
}

/** Where each key is among others, -1 for nowhere. Both ascending. */
function placesOf(keys: readonly string[], others: readonly string[]): readonly number[] {
  let at = 0
  return keys.map((key) => {
    while (at < others.length && others[at]! < key) at++
    return others[at] === key ? at : -1
  })
}

function bytesOf({ bytes, ends }: Section, thing: number): Buffer {
  return bytes.subarray(thing === 0 ? 0 : ends[thing - 1], ends[thing])
}

function joined(pieces: readonly (Buffer | string)[]): Section {
  const ends = new Uint32Array(pieces.length)
  let size = 0
  for (const [i, piece] of pieces.entries()) ends[i] = size += Buffer.byteLength(piece)
  const bytes = Buffer.allocUnsafeSlow(size)
  let at = 0
  for (const piece of pieces) at += typeof piece === 'string' ? bytes.write(piece, at) : piece.copy(bytes, at)
  return { bytes, closing: bytes.subarray(0, Math.max(0, size - comma.length)), ends }
}

function listed(texts: Map<RecordKind, string[]>, kind: RecordKind): string[] {
  const known = texts.get(kind)
  if (known !== undefined) return known
  const made: string[] = []
  texts.set(kind, made)
  return made
}

/** Where `key` belongs among ascending keys. */
function lowerBound(keys: readonly string[], key: string): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (keys[middle]! < key) low = middle + 1
    else high = middle
  }
  return low
}
