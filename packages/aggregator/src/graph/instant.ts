const US_MAX = 8.64e18

/**
 * Microseconds since the Unix epoch as xsd:dateTime in UTC, with six digits of a second where the last three are not
 * zero. Beyond the years that a date can have, the nearest that it can.
 */
export function instant(us: number): string {
  const bounded = Math.min(Math.max(Math.trunc(us), 0), Math.min(US_MAX, LAST_YEAR_US))
  const ms = Math.floor(bounded / 1000)
  const rest = bounded - ms * 1000
  const text = new Date(ms).toISOString()
  return rest === 0 ? text : `${text.slice(0, -1)}${String(rest).padStart(3, '0')}Z`
}

/** 9999-12-31T23:59:59Z: later years have five digits, which many readers refuse. */
const LAST_YEAR_US = 253_402_300_799_000_000
