/** What may not stand in an IRI (RFC 3987, 2.2): a reader would end it there, or refuse the crate. */
const noIri = /[\s<>"{}|\\^`\p{Cc}\p{Cs}]/u

/** Of the web, as it may stand as an `@id`. */
export function isAddress(text: string): boolean {
  return /^https?:\/\//i.test(text) && !noIri.test(text) && URL.canParse(text)
}
