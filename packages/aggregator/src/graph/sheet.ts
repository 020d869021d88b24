import { RECORD_KINDS, renderRecord } from '@provloom/prov'
import type { RecordKind } from '@provloom/prov'
import type { Keyed } from './render/view.ts'

/** Things on one page; a page is encoded again when one of them changed. */
const THINGS_PER_PAGE_MAX = 128

/** Text of one section, lines with commas between and none at the end. */
export interface Lines {
  readonly kind: RecordKind
  readonly text: string
}

interface Page {
  /** Ascending. */
  readonly keys: string[]
  readonly lines: Map<string, readonly Lines[]>
  encoded: ReadonlyMap<RecordKind, Buffer> | undefined
}

/**
 * prov.json as rendered text: by thing, and by page of things as bytes, in the order of the things' keys. What did not
 * change is neither rendered nor encoded again, and its bytes are handed out as they are.
 */
export class Sheet {
  #pages: Page[] = []

  clear(): void {
    this.#pages = []
  }

  /** Replaces the lines of a thing; a thing without any stays, empty. */
  put(key: string, lines: readonly Lines[]): void {
    const at = this.#pageFor(key)
    const page = this.#pages[at] ?? this.#newPage(at)
    if (!page.lines.has(key)) page.keys.splice(lowerBound(page.keys, key), 0, key)
    page.lines.set(key, lines)
    page.encoded = undefined
    if (page.keys.length > THINGS_PER_PAGE_MAX) this.#split(at, page)
  }

  /** Encodes what changed, a page between two yields; `chunks` encodes what is left. */
  *encodeSlices(): Generator<void, void> {
    for (const page of this.#pages) {
      if (page.encoded !== undefined) continue
      page.encoded = encode(page)
      yield
    }
  }

  /** The whole document. The buffers are kept and must not be changed. */
  chunks(prefixes: ReadonlyMap<string, string>): Uint8Array[] {
    const encoded = this.#pages.map((page) => (page.encoded ??= encode(page)))
    const chunks: Uint8Array[] = [Buffer.from(`{\n  "prefix": {\n${prefixLines(prefixes)}\n  }`)]
    for (const kind of RECORD_KINDS) {
      let opened = false
      for (const page of encoded) {
        const lines = page.get(kind)
        if (lines === undefined) continue
        chunks.push(opened ? comma : Buffer.from(`,\n  "${kind}": {\n`), lines)
        opened = true
      }
      if (opened) chunks.push(sectionEnd)
    }
    chunks.push(documentEnd)
    return chunks
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

  #newPage(at: number, keys: string[] = []): Page {
    const page: Page = { keys, lines: new Map(), encoded: undefined }
    this.#pages.splice(at, 0, page)
    return page
  }

  #split(at: number, page: Page): void {
    const moved = page.keys.splice(THINGS_PER_PAGE_MAX / 2)
    const next = this.#newPage(at + 1, moved)
    for (const key of moved) {
      const lines = page.lines.get(key)
      if (lines !== undefined) next.lines.set(key, lines)
      page.lines.delete(key)
    }
  }
}

const comma = Buffer.from(',\n')
const sectionEnd = Buffer.from('\n  }')
const documentEnd = Buffer.from('\n}\n')

function prefixLines(prefixes: ReadonlyMap<string, string>): string {
  return [...prefixes]
    .map(([prefix, iri]) => `    ${JSON.stringify(prefix)}: ${JSON.stringify(iri)}`)
    .join(',\n')
}

/** The lines of a thing, by section. */
export function linesOf(records: readonly Keyed[]): readonly Lines[] {
  const texts = new Map<RecordKind, string[]>()
  for (const { record, key } of records) {
    const rendered = renderRecord(record, key === undefined ? {} : { key })
    listed(texts, record.kind).push(`    ${JSON.stringify(rendered.key)}: ${rendered.body}`)
  }
  return [...texts].map(([kind, text]) => ({ kind, text: text.join(',\n') }))
}

function encode(page: Page): ReadonlyMap<RecordKind, Buffer> {
  const texts = new Map<RecordKind, string[]>()
  for (const key of page.keys) {
    for (const { kind, text } of page.lines.get(key) ?? []) listed(texts, kind).push(text)
  }
  return new Map([...texts].map(([kind, lines]) => [kind, Buffer.from(lines.join(',\n'))]))
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
