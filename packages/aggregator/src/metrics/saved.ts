import type { Part } from '@provloom/rundir/entry'

const format = 2

/** What a store keeps besides its parts' rows, as of one entry. */
export interface SavedStore {
  readonly series: unknown
  readonly parts: readonly Part[]
  readonly through: number
}

export function saveStore({ series, parts, through }: SavedStore): unknown {
  return { format, series, parts, through }
}

/** @throws {TypeError} for what `saveStore` never made */
export function loadStore(saved: unknown): SavedStore {
  const fields = typeof saved === 'object' && saved !== null ? new Map(Object.entries(saved)) : new Map()
  const parts: unknown = fields.get('parts')
  const through: unknown = fields.get('through')
  if (fields.get('format') !== format || !Array.isArray(parts) || typeof through !== 'number')
    throw new TypeError('the saved metric store is damaged or of another format')
  return { series: fields.get('series'), parts: parts.map(partOf), through }
}

function partOf(saved: unknown): Part {
  const fields = typeof saved === 'object' && saved !== null ? new Map(Object.entries(saved)) : new Map()
  const [file, rows, bytes, sha256]: unknown[] = ['file', 'rows', 'bytes', 'sha256'].map((name) =>
    fields.get(name),
  )
  if (
    typeof file !== 'string' ||
    typeof rows !== 'number' ||
    typeof bytes !== 'number' ||
    typeof sha256 !== 'string'
  )
    throw new TypeError('a saved part is not whole')
  return { file, rows, bytes, sha256 }
}
