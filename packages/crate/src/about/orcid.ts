/**
 * The address of an ORCID, from it or from the bare number.
 *
 * @returns undefined when it is none: its last character is a checksum (ISO 7064, MOD 11-2)
 */
export function orcidOf(text: string): string | undefined {
  const digits = /^(?:https?:\/\/(?:www\.)?orcid\.org\/)?((?:\d{4}-){3}\d{3}[\dX])$/i
    .exec(text.trim())?.[1]
    ?.toUpperCase()
  if (digits === undefined) return undefined
  const [...base] = digits.replaceAll('-', '').slice(0, 15)
  const total = base.reduce((sum, digit) => (sum + Number(digit)) * 2, 0)
  const check = (12 - (total % 11)) % 11
  if (digits.at(-1) !== (check === 10 ? 'X' : String(check))) return undefined
  return `https://orcid.org/${digits}`
}
