import fs from 'node:fs'

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
  try {
    fs.writeFileSync(file, templateText(logins), { flag: 'wx' })
    return true
  } catch {
    return false
  }
}
