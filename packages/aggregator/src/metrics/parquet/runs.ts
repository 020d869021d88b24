/** So many rows with one value. Neighbours of one value are one run. */
export interface Run {
  count: number
  /** Place in the dictionary; -1 for null. */
  readonly index: number
}

/** Adds rows at the end. */
export function addRun(runs: Run[], index: number, count: number): void {
  const last = runs.at(-1)
  if (last?.index === index) last.count += count
  else runs.push({ count, index })
}

/** Bits of the largest of so many places in a dictionary. */
export function indexBits(size: number): number {
  return size <= 1 ? 0 : 32 - Math.clz32(size - 1)
}

/**
 * The runs of an RLE/bit-packed hybrid (Parquet format, Encodings.md), all of them repeated values: rows come grouped
 * by series, so that runs are long and packing bits saves nothing.
 *
 * @param bits of a value
 */
export function rle(runs: Iterable<Run>, bits: number): number[] {
  const bytes: number[] = []
  const width = Math.ceil(bits / 8)
  for (const { count, index } of runs) {
    let head = count * 2
    for (; head >= 128; head = Math.floor(head / 128)) bytes.push((head % 128) | 128)
    bytes.push(head)
    for (let byte = 0; byte < width; byte++) bytes.push((index >>> (byte * 8)) & 0xff)
  }
  return bytes
}

/** Definition levels of an optional column: 1 for a value, 0 for null. */
export function levels(runs: readonly Run[]): number[] {
  const present: Run[] = []
  for (const { count, index } of runs) addRun(present, index < 0 ? 0 : 1, count)
  return rle(present, 1)
}

/** The runs of so many rows each; the last ones may be fewer. */
export function splitRuns(runs: readonly Run[], rows: number): Run[][] {
  const pieces: Run[][] = []
  let room = 0
  for (const { index, count } of runs) {
    for (let left = count; left > 0;) {
      if (room === 0) {
        pieces.push([])
        room = rows
      }
      const taken = Math.min(left, room)
      addRun(pieces.at(-1)!, index, taken)
      left -= taken
      room -= taken
    }
  }
  return pieces
}
