/** 9999-12-31T23:59:59Z: later years have five digits, which many readers refuse. */
const lastUs = 253_402_300_799_000_000

/**
 * Microseconds since the Unix epoch as xsd:dateTime in UTC, always with six digits of a second, so that times sort as
 * text. Times before 1970 and after 9999 are the nearest that can be written.
 */
export function instant(us: number): string {
  const bounded = Math.min(Math.max(Math.trunc(us), 0), lastUs)
  const ms = Math.floor(bounded / 1000)
  const rest = String(bounded - ms * 1000).padStart(3, '0')
  return `${new Date(ms).toISOString().slice(0, -1)}${rest}Z`
}

/** The inverse to the millisecond; undefined for what is no time. */
export function millisecondsOf(time: string | undefined): number | undefined {
  const found = time === undefined ? Number.NaN : Date.parse(time)
  return Number.isNaN(found) ? undefined : found
}
