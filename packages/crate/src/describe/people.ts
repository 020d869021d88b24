import { licenseAddress } from '../about/license.ts'
import type { Author, Organization } from '../about/about.ts'
import type { Entity, Ref } from '../json-ld.ts'
import { ref } from '../json-ld.ts'
import { localId } from '../uri-path.ts'
import type { Subject } from './subject.ts'

export interface People {
  readonly authors: readonly Ref[]
  /** Who ran it. */
  readonly agents: readonly Ref[]
  readonly publisher: Ref | undefined
  readonly entities: readonly Entity[]
}

/** Authors as they are told, else those who ran it by their logins, which are the names that are known. */
export function peopleOf({ run, about }: Subject): People {
  const entities: Entity[] = []
  const organization = (one: Organization): Ref => {
    const id = one.url ?? localId(`organization-${one.name}`)
    if (!entities.some((of) => of['@id'] === id))
      entities.push({ '@id': id, '@type': 'Organization', name: one.name, url: one.url })
    return ref(id)
  }
  const ids = idsOf(about.authors)
  const authors = about.authors.map((author) => {
    const id = ids.get(author)!
    const affiliation = author.affiliation === undefined ? undefined : organization(author.affiliation)
    entities.push({ '@id': id, '@type': 'Person', name: author.name, affiliation })
    return ref(id)
  })
  const agents = (run.head?.users ?? []).map((login) => {
    const known = about.authors.find((author) => author.login === login)
    if (known !== undefined) return ref(ids.get(known)!)
    const id = localId(`user-${login}`)
    entities.push({ '@id': id, '@type': 'Person', name: login })
    return ref(id)
  })
  const publisher = about.publisher === undefined ? undefined : organization(about.publisher)
  return { authors: authors.length > 0 ? authors : agents, agents, publisher, entities }
}

/** Two people may have one name. */
function idsOf(authors: readonly Author[]): ReadonlyMap<Author, string> {
  const times = new Map<string, number>()
  return new Map(
    authors.map((author) => {
      const { orcid, login, name } = author
      const nth = (times.get(name) ?? 0) + 1
      times.set(name, nth)
      const own = nth === 1 ? `author-${name}` : `author-${name}-${nth}`
      return [author, orcid ?? localId(login === undefined ? own : `user-${login}`)]
    }),
  )
}

/** What others may do with it; RO-Crate wants it said, so that nothing told is said too. */
export function licenseOf({ about: { license } }: Subject): {
  readonly license: string | Ref
  readonly entities: readonly Entity[]
} {
  if (license === undefined)
    return { license: 'No licence was given: ask the authors before you use this.', entities: [] }
  const id = licenseAddress(license)
  if (id === undefined) return { license, entities: [] }
  return {
    license: ref(id),
    entities: [
      { '@id': id, '@type': 'CreativeWork', name: license, description: `The licence ${license}`, url: id },
    ],
  }
}
