/** What may stand in the path of an IRI as it is, a colon apart: before the first slash it would end a scheme (RFC 3987, 2.2). */
const escaped = /[^\p{L}\p{M}\p{N}\-._~!$&'()*+,;=@/]/gu

/**
 * The `@id` of a file by its path in the crate (RO-Crate 1.1, "Encoding file paths"): letters of any script stand for themselves;
 * spaces, `%`, control characters and what ends a path are percent escapes of their UTF-8.
 */
export function idOfPath(path: string): string {
  // Half of a character, which text of a document may have, has no UTF-8.
  return path.replaceAll(/\p{Cs}/gu, '\uFFFD').replaceAll(escaped, (letter) => encodeURIComponent(letter))
}

/** The `@id` of what is no file of the crate. */
export function localId(name: string): string {
  return `#${idOfPath(name).replaceAll('/', '%2F')}`
}
