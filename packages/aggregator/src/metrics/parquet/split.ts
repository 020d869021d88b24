/** Columns whose blocks of this many values are turned at once: they stay in the processor's nearest cache. */
const block = 1024

/**
 * BYTE_STREAM_SPLIT of doubles (Parquet format, Encodings.md): first bytes of all values, then second bytes, ... Bytes
 * are moved as they are, so every NaN keeps its bits.
 */
export function byteStreamSplit(values: Float64Array): Uint8Array {
  const count = values.length
  const from = new Uint8Array(values.buffer, values.byteOffset, count * 8)
  const to = new Uint8Array(count * 8)
  for (let start = 0; start < count; start += block) {
    const end = Math.min(count, start + block)
    for (let stream = 0; stream < 8; stream++) {
      let at = stream * count + start
      for (let byte = start * 8 + stream; byte < end * 8; byte += 8) to[at++] = from[byte]!
    }
  }
  return to
}
