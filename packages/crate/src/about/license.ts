import { nearest } from '@provloom/shared'
import { isAddress } from './address.ts'
import { spdxNames } from './spdx-names.ts'

const byLowerCase = new Map(spdxNames.map((name) => [name.toLowerCase(), name]))

/** A licence as people write it: names of the SPDX list have one spelling, whatever case is written (SPDX 3.0, annex B.1). */
export function licenseNamed(written: string): string {
  return byLowerCase.get(written.toLowerCase()) ?? written
}

/** The address of a licence; undefined where it is only words. */
export function licenseAddress(license: string): string | undefined {
  if (isAddress(license)) return license
  return byLowerCase.has(license.toLowerCase()) ? `https://spdx.org/licenses/${license}` : undefined
}

/** What looks like a name of the SPDX list and is none, in words. */
export function licenseDoubt(license: string): string | undefined {
  if (!/^[A-Za-z0-9.+-]+$/.test(license) || licenseAddress(license) !== undefined) return undefined
  const near = nearest(license, spdxNames)
  return `${license} is no licence of the SPDX list${near === undefined ? '' : ` (${near}?)`}, and stands as a word`
}
