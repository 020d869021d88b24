import fs from 'node:fs'
import { ProvloomError, nearest, systemCode } from '@provloom/shared'
import { isAddress } from './address.ts'
import { licenseNamed } from './license.ts'
import { orcidOf } from './orcid.ts'

export interface Organization {
  readonly name: string
  /** An address, see `isAddress`. */
  readonly url?: string
}

export interface Author {
  /** By which the runs know them. */
  readonly login?: string
  readonly name: string
  /** Its address, `https://orcid.org/...`. */
  readonly orcid?: string
  readonly affiliation?: Organization
}

/** What no run knows of itself and its crate has to say; all that is not told is left out. */
export interface About {
  /** A name of the SPDX list such as `CC-BY-4.0`, an address, or words. */
  readonly license?: string
  readonly authors: readonly Author[]
  readonly publisher?: Organization
}

export const nothingTold: About = { authors: [] }

/**
 * Reads the file in which authors and licence are told, once for all runs of a save directory. What is empty in it is not
 * told yet; an author without a name neither.
 *
 * @returns undefined where there is none
 * @throws {ProvloomError} `FILE_UNREADABLE` naming the field that is wrong
 */
export function readAbout(file: string): About | undefined {
  let text: string
  try {
    text = fs.readFileSync(file, 'utf8')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw unreadable(file, 'it cannot be read', error)
  }
  try {
    // Some editors begin what they write with a byte order mark.
    return aboutIn(JSON.parse(text.replace(/^\uFEFF/, '')))
  } catch (error) {
    throw unreadable(file, 'it does not say who made the crate and what others may do with it', error)
  }
}

function unreadable(file: string, what: string, cause: unknown): ProvloomError {
  return new ProvloomError('FILE_UNREADABLE', `Could not use ${file}: ${what}`, {
    doing: 'read authors and licence',
    to: file,
    cause,
    hint: 'docs/ro-crate.md has an example; without the file a template is written.',
  })
}

/** @throws an Error that names the field */
function aboutIn(value: unknown): About {
  const fields = fieldsIn(value, 'the file', ['license', 'authors', 'publisher'])
  const authors = fields['authors'] ?? []
  if (!Array.isArray(authors)) throw new Error('authors is no list')
  const license = textIn(fields, 'license')
  const publisher = organizationIn(fields['publisher'], 'publisher')
  const people = authors.flatMap((one: unknown) => authorIn(one) ?? [])
  for (const field of ['orcid', 'login'] as const) refuseTwice(people, field)
  return {
    authors: people,
    ...(license === undefined ? {} : { license: licenseNamed(license) }),
    ...(publisher === undefined ? {} : { publisher }),
  }
}

/** @throws an Error that names both of whom only one can be */
function refuseTwice(authors: readonly Author[], field: 'orcid' | 'login'): void {
  const seen = new Map<string, string>()
  for (const { name, [field]: value } of authors) {
    if (value === undefined) continue
    const first = seen.get(value)
    if (first !== undefined) throw new Error(`${first} and ${name} have the same ${field}, ${value}`)
    seen.set(value, name)
  }
}

function authorIn(value: unknown): Author | undefined {
  const fields = fieldsIn(value, 'an author', ['login', 'name', 'orcid', 'affiliation'])
  const [login, name, orcid] = [textIn(fields, 'login'), textIn(fields, 'name'), textIn(fields, 'orcid')]
  const affiliation = organizationIn(fields['affiliation'], 'affiliation')
  const address = orcid === undefined ? undefined : orcidOf(orcid)
  if (orcid !== undefined && address === undefined)
    throw new Error(
      `${orcid} is no ORCID: those are 16 digits, as in 0000-0002-1825-0097, and the last checks them`,
    )
  if (name === undefined) return undefined
  return {
    name,
    ...(login === undefined ? {} : { login }),
    ...(address === undefined ? {} : { orcid: address }),
    ...(affiliation === undefined ? {} : { affiliation }),
  }
}

function organizationIn(value: unknown, what: string): Organization | undefined {
  if (value === undefined) return undefined
  const fields = fieldsIn(value, what, ['name', 'url'])
  const [name, url] = [textIn(fields, 'name'), textIn(fields, 'url')]
  if (url !== undefined && !isAddress(url)) throw new Error(`${url} is no address of ${what}`)
  if (name === undefined) return undefined
  return { name, ...(url === undefined ? {} : { url }) }
}

function fieldsIn(value: unknown, what: string, known: readonly string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${what} is no object`)
  for (const name of Object.keys(value)) {
    if (known.includes(name)) continue
    const near = nearest(name, known)
    throw new Error(`${what} has no field ${name}${near === undefined ? '' : `; ${near} is meant?`}`)
  }
  return { ...value }
}

/** Undefined where it is empty. */
function textIn(fields: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = fields[name] ?? ''
  if (typeof value !== 'string') throw new Error(`${name} is no text`)
  if (/\p{Cs}/u.test(value)) throw new Error(`${name} has half of a character (a lone surrogate)`)
  return value.trim() === '' ? undefined : value.trim()
}
