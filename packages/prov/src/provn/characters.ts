// Character classes of PROV-N's terminals (PROV-N 3.7, which takes them from SPARQL 1.0), for regular expressions with `u`.

const BASE = [
  'A-Za-z\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C-\\u200D',
  '\\u2070-\\u218F\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD\\u{10000}-\\u{EFFFF}',
].join('')
const CHARS = `${BASE}_0-9\\u00B7\\u0300-\\u036F\\u203F-\\u2040\\-`
const OTHERS = '/@~&+*?#$!'
const ESCAPED = `\\\\[='(),\\-:;\\[\\].]`
const PERCENT = '%[0-9A-Fa-f]{2}'

const PREFIX = `[${BASE}](?:[${CHARS}.]*[${CHARS}])?`
const FIRST = `(?:[${BASE}_0-9${OTHERS}]|${PERCENT}|${ESCAPED})`
const NEXT = `(?:[${CHARS}${OTHERS}]|${PERCENT}|${ESCAPED})`
const LOCAL = `${FIRST}(?:(?:${NEXT}|\\.)*${NEXT})?`
// After a prefix a bare colon is not in the grammar, but it is unambiguous and older writers leave it unescaped.
const LOCAL_AFTER_PREFIX = `(?:${FIRST}|:)(?:(?:${NEXT}|[.:])*(?:${NEXT}|:))?`

/** A prefix, whole. */
export const PREFIX_WHOLE: RegExp = new RegExp(`^${PREFIX}$`, 'u')
/** A prefix, at `lastIndex`. */
export const PREFIX_HERE: RegExp = new RegExp(PREFIX, 'uy')
/** A qualified name at `lastIndex`: group 1 is the prefix and group 2 the escaped local part, or group 3 is a local part alone. */
export const NAME_HERE: RegExp = new RegExp(`(${PREFIX}):(${LOCAL_AFTER_PREFIX})?|(${LOCAL})`, 'uy')
/** A namespace between `<` and `>`, at `lastIndex`. */
// oxlint-disable-next-line no-control-regex
export const IRI_HERE: RegExp = /<([^<>"{}|^`\\\u0000-\u0020]*)>/uy
/** What may stand unescaped anywhere in a local part. */
export const PLAIN_CHARACTER: RegExp = new RegExp(`^[${CHARS}${OTHERS}.]$`, 'u')
/** What may stand unescaped at the beginning of a local part. */
export const FIRST_CHARACTER: RegExp = new RegExp(`^[${BASE}_0-9${OTHERS}]$`, 'u')
/** A percent-encoded byte, at `lastIndex`. */
export const PERCENT_HERE: RegExp = new RegExp(PERCENT, 'y')
/** What a backslash makes part of a name. */
export const ESCAPABLE = "='(),-:;[]."
/** A language tag, whole. */
export const LANGUAGE_WHOLE: RegExp = /^[A-Za-z]+(?:-[A-Za-z0-9]+)*$/
