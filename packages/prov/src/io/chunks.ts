/** Where text goes: a stream's `write`, a file handle's, or a function. */
export interface TextSink {
  write(chunk: string): unknown
}

/** Joins small pieces into chunks of at least `charactersMin`, so that a document costs few writes and little memory. */
export function* chunked(
  pieces: Iterable<string>,
  charactersMin: number = 64 * 1024,
): Generator<string, void> {
  let parts: string[] = []
  let size = 0
  for (const piece of pieces) {
    parts.push(piece)
    size += piece.length
    if (size < charactersMin) continue
    yield parts.join('')
    parts = []
    size = 0
  }
  if (size > 0) yield parts.join('')
}

/** Writes pieces to a sink chunk by chunk, waiting for each where the sink returns a promise. */
export async function writeTo(sink: TextSink, pieces: Iterable<string>): Promise<void> {
  for (const chunk of chunked(pieces)) await sink.write(chunk)
}
