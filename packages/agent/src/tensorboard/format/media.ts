import type { Tensor } from './tensor.ts'
import type { Media } from './fact.ts'
import { Wire } from './wire.ts'

type Found = Omit<Media, 'tag' | 'kind'>

/** What is in an encoded image, by how it begins: its extension and media type. */
const pictures: readonly (readonly [begins: string, extension: string, mediaType: string])[] = [
  ['89504e47', 'png', 'image/png'],
  ['ffd8ff', 'jpg', 'image/jpeg'],
  ['47494638', 'gif', 'image/gif'],
  ['52494646', 'wav', 'audio/wav'],
]

function encoded(bytes: Buffer, otherwise: readonly [string, string], index: number | undefined): Found {
  const begins = bytes.toString('hex', 0, 4)
  const [, extension, mediaType] = pictures.find(([start]) => begins.startsWith(start)) ?? ['', ...otherwise]
  return { index, extension, mediaType, bytes }
}

const unknown = ['bin', 'application/octet-stream'] as const

/** Summary.Image: height, width, colours, and the encoded picture. */
export function imageOf(bytes: Buffer): Found[] {
  const found: Found[] = []
  const wire = new Wire(bytes)
  while (wire.next()) if (wire.field === 4) found.push(encoded(wire.bytes(), unknown, undefined))
  return found
}

/** Summary.Audio. */
export function audioOf(bytes: Buffer): Found[] {
  const found: Found[] = []
  const wire = new Wire(bytes)
  while (wire.next()) if (wire.field === 4) found.push(encoded(wire.bytes(), unknown, undefined))
  return found
}

/** HistogramProto: from each bucket's limit to the one before it is. */
export function histogramOf(bytes: Buffer): Found[] {
  const wire = new Wire(bytes)
  const said: Record<string, number> = {}
  const names = ['', 'min', 'max', 'num', 'sum', 'sumSquares']
  const limits: number[] = []
  const counts: number[] = []
  while (wire.next()) {
    const name = names[wire.field]
    if (name !== undefined && name !== '') said[name] = wire.double()
    else if (wire.field === 6) limits.push(...wire.numbers('double'))
    else if (wire.field === 7) counts.push(...wire.numbers('double'))
  }
  const buckets = limits.map((limit, n) => [limits[n - 1] ?? said['min'] ?? limit, limit, counts[n] ?? 0])
  return [histogram({ ...said, buckets })]
}

function histogram(content: object): Found {
  const bytes = Buffer.from(`${JSON.stringify(content)}\n`)
  return { index: undefined, extension: 'json', mediaType: 'application/json', bytes }
}

/** What TF2's plugins and text write as tensors. Of other plugins nothing is recorded. */
export function mediaOf({ shape, numbers, strings }: Tensor, plugin: string): Found[] {
  switch (plugin) {
    case 'images': {
      // Width, height, then each picture.
      const [, , ...all] = strings
      return all.map((one, n) => encoded(one, unknown, all.length === 1 ? undefined : n))
    }
    case 'audio': {
      // Each sound with its label; a single column of sounds is of older writers.
      const width = shape.length === 2 ? Math.max(1, shape[1] ?? 1) : 1
      const all = strings.filter((_, n) => n % width === 0)
      return all.map((one, n) => encoded(one, unknown, all.length === 1 ? undefined : n))
    }
    case 'histograms': {
      const buckets = Array.from({ length: Math.floor(numbers.length / 3) }, (_, n) =>
        numbers.slice(n * 3, n * 3 + 3),
      )
      return [histogram({ buckets })]
    }
    case 'text':
    case '':
      return strings.length === 0 ? [] : [textOf(strings, shape)]
    default:
      return []
  }
}

/** A list is lines; of a table each line has a row's cells, between tabs. */
function textOf(strings: readonly Buffer[], shape: readonly number[]): Found {
  const width = shape.length === 2 ? Math.max(1, shape[1] ?? 1) : 1
  const rows: string[] = []
  for (let at = 0; at < strings.length; at += width)
    rows.push(
      strings
        .slice(at, at + width)
        .map(String)
        .join('\t'),
    )
  return {
    index: undefined,
    extension: 'md',
    mediaType: 'text/markdown',
    bytes: Buffer.from(rows.join('\n')),
  }
}
