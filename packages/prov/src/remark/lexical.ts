import { isDateTime } from '../model/time.ts'

type IsForm = (lexical: string) => boolean

const ZONE = '(?:Z|[+-]\\d\\d:\\d\\d)?'
const YEAR = '-?(?:[1-9]\\d{3,}|0\\d{3})'

/** White space around a literal does not count (XML Schema 1.1 part 2, 4.3.6). */
function trimmed(isForm: IsForm): IsForm {
  return (lexical) => isForm(lexical) || isForm(lexical.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, ''))
}

function matching(pattern: string): IsForm {
  const whole = new RegExp(`^(?:${pattern})$`)
  return trimmed((lexical) => whole.test(lexical))
}

/** An integer between two bounds; null is none. */
function integer(min: bigint | null, max: bigint | null): IsForm {
  return trimmed((lexical) => {
    if (!/^[+-]?\d+$/.test(lexical)) return false
    if (lexical.length < 10 && min !== 0n && min !== 1n && max !== 0n && max !== -1n)
      return inside(BigInt(lexical), min, max)
    // Hostile digits are not converted: beyond 64 bits they are outside every bound there is.
    const digits = lexical.replace(/^[+-]?0*(?=\d)/, '')
    const negative = lexical.startsWith('-') && digits !== '0'
    if (digits.length > 20) return negative ? min === null : max === null
    return inside(negative ? -BigInt(digits) : BigInt(digits), min, max)
  })
}

function inside(value: bigint, min: bigint | null, max: bigint | null): boolean {
  return (min === null || value >= min) && (max === null || value <= max)
}

function signed(bits: bigint): IsForm {
  return integer(-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n)
}

const dateTime = trimmed(isDateTime)
/** Dates and times by the one that knows months and hours. */
const date = trimmed((lexical) => {
  const day = /^(-?\d{4,}-\d\d-\d\d)((?:Z|[+-]\d\d:\d\d)?)$/.exec(lexical)
  return day !== null && isDateTime(`${day[1]}T00:00:00${day[2]}`)
})
const time = trimmed((lexical) => isDateTime(`2000-01-01T${lexical}`))
/** A leap year has every day. */
const monthDay = trimmed((lexical) => {
  const day = /^--(\d\d-\d\d)((?:Z|[+-]\d\d:\d\d)?)$/.exec(lexical)
  return day !== null && isDateTime(`2000-${day[1]}T00:00:00${day[2]}`)
})
const base64: IsForm = (lexical) => {
  const digits = lexical.replaceAll(/[ \t\r\n]/g, '')
  return digits.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(digits)
}
const real = matching('[+-]?(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:[eE][+-]?\\d+)?|[+-]?INF|NaN')
const DURATION_TIME = 'T(?=\\d)(?:\\d+H)?(?:\\d+M)?(?:\\d+(?:\\.\\d+)?S)?'

/** Of numbers in binary, what a reader has of a literal: some are more, or less, than such a number can be. */
export const roundedBy: ReadonlyMap<string, (lexical: string) => number> = new Map([
  ['double', Number],
  ['float', (lexical: string) => Math.fround(Number(lexical))],
])

/** What a literal of each datatype of XML Schema looks like; undefined where any text will do. */
export const lexicalForms: ReadonlyMap<string, IsForm | undefined> = new Map<string, IsForm | undefined>([
  ...['string', 'normalizedString', 'token', 'anyURI', 'anySimpleType', 'anyAtomicType', 'anyType'].map(
    (any) => [any, undefined] as const,
  ),
  ...[
    'QName',
    'NOTATION',
    'Name',
    'NCName',
    'ID',
    'IDREF',
    'IDREFS',
    'ENTITY',
    'ENTITIES',
    'NMTOKEN',
    'NMTOKENS',
  ].map((any) => [any, undefined] as const),
  ['language', matching('[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*')],
  ['boolean', matching('true|false|1|0')],
  ['decimal', matching('[+-]?(?:\\d+(?:\\.\\d*)?|\\.\\d+)')],
  ['double', real],
  ['float', real],
  ['integer', integer(null, null)],
  ['nonNegativeInteger', integer(0n, null)],
  ['positiveInteger', integer(1n, null)],
  ['nonPositiveInteger', integer(null, 0n)],
  ['negativeInteger', integer(null, -1n)],
  ['byte', signed(8n)],
  ['short', signed(16n)],
  ['int', signed(32n)],
  ['long', signed(64n)],
  ['unsignedByte', integer(0n, 2n ** 8n - 1n)],
  ['unsignedShort', integer(0n, 2n ** 16n - 1n)],
  ['unsignedInt', integer(0n, 2n ** 32n - 1n)],
  ['unsignedLong', integer(0n, 2n ** 64n - 1n)],
  ['dateTime', dateTime],
  ['dateTimeStamp', trimmed((lexical) => /(?:Z|[+-]\d\d:\d\d)$/.test(lexical) && isDateTime(lexical))],
  ['date', date],
  ['time', time],
  ['gYear', matching(`${YEAR}${ZONE}`)],
  ['gYearMonth', matching(`${YEAR}-(?:0[1-9]|1[0-2])${ZONE}`)],
  ['gMonth', matching(`--(?:0[1-9]|1[0-2])${ZONE}`)],
  ['gMonthDay', monthDay],
  ['gDay', matching(`---(?:0[1-9]|[12]\\d|3[01])${ZONE}`)],
  ['duration', matching(`-?P(?=[\\dT])(?:\\d+Y)?(?:\\d+M)?(?:\\d+D)?(?:${DURATION_TIME})?`)],
  ['dayTimeDuration', matching(`-?P(?=[\\dT])(?:\\d+D)?(?:${DURATION_TIME})?`)],
  ['yearMonthDuration', matching('-?P(?=\\d)(?:\\d+Y)?(?:\\d+M)?')],
  ['hexBinary', matching('(?:[0-9A-Fa-f]{2})*')],
  ['base64Binary', base64],
])
