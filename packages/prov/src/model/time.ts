const PATTERN =
  /^(-?(?:[1-9]\d{3,}|0\d{3}))-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?$/

/** Whether `lexical` is an xsd:dateTime (XML Schema 1.1 part 2, 3.3.7), ranges of its fields included. */
export function isDateTime(lexical: string): boolean {
  return parse(lexical) !== null
}

interface Instant {
  /** Seconds since 1970 of the written clock, moved to UTC where a zone is given. */
  readonly seconds: number
  /** Digits after the point without trailing zeros; any number of them. */
  readonly fraction: string
  readonly zoned: boolean
}

function parse(lexical: string): Instant | null {
  const match = PATTERN.exec(lexical)
  if (match === null) return null
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number)
  const fraction = withoutTrailingZeros(match[7] ?? '')
  const endOfDay = hour === 24 && minute === 0 && second === 0 && fraction === ''
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return null
  if ((hour > 23 && !endOfDay) || minute > 59 || second > 59) return null
  const offset = offsetMinutes(match[8])
  if (offset === null) return null
  const moment = new Date(0)
  moment.setUTCFullYear(year, month - 1, day)
  moment.setUTCHours(hour, minute - offset, second)
  return { seconds: moment.getTime() / 1000, fraction, zoned: match[8] !== undefined }
}

function withoutTrailingZeros(digits: string): string {
  let end = digits.length
  while (digits[end - 1] === '0') end -= 1
  return digits.slice(0, end)
}

function offsetMinutes(zone: string | undefined): number | null {
  if (zone === undefined || zone === 'Z') return 0
  const hours = Number(zone.slice(1, 3))
  const minutes = Number(zone.slice(4, 6))
  if (minutes > 59 || hours * 60 + minutes > 14 * 60) return null
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes)
}

function daysIn(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0
}

/**
 * A key that two dateTimes share exactly when they are the same value: `12:00+01:00` and `11:00Z` do,
 * one with a zone and one without do not. What is no dateTime is its own key.
 */
export function timeKey(lexical: string): string {
  const instant = parse(lexical.trim())
  if (instant === null || Number.isNaN(instant.seconds)) return lexical
  return `${instant.seconds}.${instant.fraction}${instant.zoned ? 'Z' : ''}`
}

/** Of two times one has a zone and the other not: further apart than this they are in order all the same. */
const ZONES_APART = 14 * 3600

/** What computers write most: the same shape in the same zone is in the order of its characters. */
const COMMON = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/

/**
 * Whether one dateTime is surely before another (XML Schema 1.1 part 2, 3.3.7.2). Where only one of them has a zone it
 * must be so in every zone; what is no dateTime is before nothing.
 */
export function isBefore(one: string, other: string): boolean {
  if (one.length === other.length && COMMON.test(one) && COMMON.test(other)) return one < other
  const [left, right] = [parse(one.trim()), parse(other.trim())]
  if (left === null || right === null) return false
  if (left.zoned !== right.zoned) return left.seconds + ZONES_APART < right.seconds
  if (left.seconds !== right.seconds) return left.seconds < right.seconds
  const digits = Math.max(left.fraction.length, right.fraction.length)
  return left.fraction.padEnd(digits, '0') < right.fraction.padEnd(digits, '0')
}
