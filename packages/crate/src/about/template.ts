import fs from 'node:fs'
import path from 'node:path'
import { systemCode } from '@provloom/shared'
import { link } from '../target/link.ts'
import { stagingName } from '../target/staging.ts'

/** Beside the runs that it is of. */
export const aboutName = 'provloom-crate.json'

/** What there is to fill in; of people what is known of them, their logins. */
export function templateText(logins: readonly string[]): string {
  const people = logins.length === 0 ? [''] : logins
  const authors = people.map((login) => ({ login, name: '', orcid: '', affiliation: { name: '', url: '' } }))
  return `${JSON.stringify({ license: '', authors, publisher: { name: '', url: '' } }, undefined, 2)}\n`
}

/** @returns whether it could be written: that nobody may write to the folder is no fault */
export function writeTemplate(file: string, logins: readonly string[]): boolean {
  // Whole at once: another export may read it while this one writes.
  const beside = path.join(path.dirname(file), stagingName())
  try {
    fs.writeFileSync(beside, templateText(logins), { flag: 'wx' })
    link(beside, file)
    return true
  } catch (error) {
    return systemCode(error) === 'EEXIST' && fs.existsSync(file)
  } finally {
    fs.rmSync(beside, { force: true })
  }
}
