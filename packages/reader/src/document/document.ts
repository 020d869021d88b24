import fs from 'node:fs'
import { FORMALS, isElementKind, labelOf, readJson } from '@provloom/prov'
import type { ProvDocument, ProvRecord, RelationKind, Value } from '@provloom/prov'
import { filesOf } from '@provloom/rundir'
import { ProvloomError } from '@provloom/shared'
import type { Unread } from '../answer/error.ts'
import { unreadOf } from '../unread.ts'
import { Element } from './element.ts'
import { withoutSeries } from './without-series.ts'

/** From effect to cause. */
export interface Relation {
  readonly kind: RelationKind
  readonly from: string
  readonly to: string
  readonly role: string | undefined
  /** When, where it says so: ISO 8601. */
  readonly time?: string | undefined
}

/** A run's document, to be walked through. */
export class RunDocument {
  readonly source: ProvDocument
  readonly elements: ReadonlyMap<string, Element>
  /** By the effect, and by the cause. */
  readonly #causes = new Map<string, Relation[]>()
  readonly #effects = new Map<string, Relation[]>()
  readonly #byType = new Map<string, Element[]>()
  readonly relationCount: number
  /** When the file was written, milliseconds since the Unix epoch. */
  readonly writtenMs: number

  constructor(document: ProvDocument, writtenMs: number) {
    this.source = document
    this.writtenMs = writtenMs
    const elements = new Map<string, Element>()
    let relations = 0
    for (const record of document.records) {
      if (isElementKind(record.kind)) {
        const element = new Element(record, record.kind)
        elements.set(element.id, element)
        for (const type of new Set(element.types)) push(this.#byType, type, element)
      } else {
        relations++
        this.#relate(record, record.kind)
      }
    }
    this.elements = elements
    this.relationCount = relations
  }

  #relate(record: ProvRecord, kind: RelationKind): void {
    const [effect, cause] = FORMALS[kind].formals
    const end = (name: string | undefined): string | undefined => {
      const of = name === undefined ? undefined : record.args[name]
      return of === undefined ? undefined : labelOf(of)
    }
    const [from, to] = [end(effect?.name), end(cause?.name)]
    if (from === undefined || to === undefined) return
    const role = record.attributes.find(([name]) => labelOf(name) === 'prov:role')?.[1]
    const { time } = record.times
    const relation = { kind, from, to, role: roleOf(role), ...(time === undefined ? {} : { time }) }
    push(this.#causes, from, relation)
    push(this.#effects, to, relation)
  }

  element(id: string): Element | undefined {
    return this.elements.get(id)
  }

  ofType(type: string): readonly Element[] {
    return this.#byType.get(type) ?? []
  }

  /** Entities of bytes with this checksum. */
  elementsWith(sha256: string): Element[] {
    return [...this.elements.values()].filter(
      (one) => one.kind === 'entity' && one.text('schema:sha256') === sha256,
    )
  }

  /** The part of the document that is of these elements and of nothing else. */
  among(ids: ReadonlySet<string>): ProvDocument {
    const isOf = (record: ProvRecord): boolean => {
      if (isElementKind(record.kind)) return record.id !== null && ids.has(labelOf(record.id))
      return FORMALS[record.kind].formals.every(({ name, target }) => {
        const end = record.args[name]
        // A generation or a usage that is named is between elements that are named beside it.
        return target === 'generation' || target === 'usage' || end === undefined || ids.has(labelOf(end))
      })
    }
    return { ...this.source, records: this.source.records.filter(isOf), bundles: [] }
  }

  /** What it came of. */
  causesOf(id: string): readonly Relation[] {
    return this.#causes.get(id) ?? []
  }

  /** What came of it. */
  effectsOf(id: string): readonly Relation[] {
    return this.#effects.get(id) ?? []
  }
}

function roleOf(value: Value | undefined): string | undefined {
  if (value === undefined) return undefined
  return value.type === 'text' ? value.text : value.type === 'name' ? value.name.local : value.lexical
}

function push<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}

/** From this size on a document without its series is kept beside, or in place of, the whole one. */
const largeBytes = 2 * 1024 * 1024
/** A large one is kept so long after it was asked for. */
const keptMs = 30_000

interface Kept {
  readonly look: string
  readonly document: RunDocument
}

/** Documents as they were read last: of a thousand ranks one takes seconds. */
export class Documents {
  readonly #kept = new Map<string, Kept>()
  readonly #most: number

  constructor(most = 4) {
    this.#most = most
  }

  /** @throws {ProvloomError} `FILE_UNREADABLE` where there is none, or none that can be read */
  of(runDir: string): RunDocument {
    return this.#read(runDir, 'whole')
  }

  /** As above. Undefined where there is none that can be read. */
  maybe(runDir: string): RunDocument | undefined {
    return this.known(runDir).document
  }

  #read(runDir: string, of: 'whole' | 'facts'): RunDocument {
    const { provJson } = filesOf(runDir)
    try {
      const { ino, size, mtimeMs } = fs.statSync(provJson)
      const look = `${ino} ${size} ${mtimeMs}`
      const isLarge = size >= largeBytes
      const id = isLarge ? `${of} ${provJson}` : provJson
      const kept = this.#kept.get(id)
      this.#kept.delete(id)
      const document = kept?.look === look ? kept.document : read(provJson, isLarge ? of : 'whole', mtimeMs)
      const now = { look, document }
      this.#kept.set(id, now)
      for (const oldest of this.#kept.keys()) if (this.#kept.size > this.#most) this.#kept.delete(oldest)
      if (isLarge && of === 'whole') this.#forget(id, now)
      return document
    } catch (error) {
      throw new ProvloomError('FILE_UNREADABLE', `The graph ${provJson} cannot be read`, {
        doing: 'read the graph of the run',
        to: provJson,
        cause: error,
        hint: 'provloom validate says what is wrong with it; what run.json tells is shown without it.',
      })
    }
  }

  /** Of a large one without the series that hold no NaN; with why there is none that can be read, unless its run has not written it yet. */
  known(runDir: string): { readonly document: RunDocument | undefined; readonly unread: Unread | undefined } {
    try {
      return { document: this.#read(runDir, 'facts'), unread: undefined }
    } catch (error) {
      const isThere = fs.existsSync(filesOf(runDir).provJson)
      return { document: undefined, unread: isThere ? unreadOf(error, 'graph') : undefined }
    }
  }

  #forget(id: string, now: Kept): void {
    setTimeout(() => {
      if (this.#kept.get(id) === now) this.#kept.delete(id)
    }, keptMs).unref()
  }
}

/** @throws an error for what is no document */
function read(file: string, of: 'whole' | 'facts', mtimeMs: number): RunDocument {
  // A pipe might never end.
  if (!fs.statSync(file).isFile()) throw new Error('it is no file')
  const bytes = fs.readFileSync(file)
  const less = of === 'whole' ? undefined : withoutSeries(bytes.toString('utf8'))
  return new RunDocument(readJson(less === undefined ? bytes : Buffer.from(less, 'utf8')), mtimeMs)
}
