import { shortened } from '@provloom/shared'
import { qname } from '@provloom/prov'
import type { QName } from '@provloom/prov'

/**
 * Namespaces that are the same in every run. `prov` and `xsd` need no declaration, but readers of files like to see them.
 * Ours is a UUID's: nobody else can own it, and nobody has to register it (RFC 9562).
 */
export const vocabularies = {
  prov: 'http://www.w3.org/ns/prov#',
  xsd: 'http://www.w3.org/2001/XMLSchema#',
  provloom: 'urn:uuid:db988eb8-9eb2-45e0-8e18-e084e473b9df#',
  mls: 'http://www.w3.org/ns/mls#',
  schema: 'http://schema.org/',
  dcterms: 'http://purl.org/dc/terms/',
} as const

type FixedPrefix = keyof typeof vocabularies

const interned = new Map<string, QName>()

/** A name in one of the fixed namespaces; only for words of our own, never for people's. */
export function term(prefix: FixedPrefix, local: string): QName {
  const key = `${prefix}:${local}`
  const known = interned.get(key)
  if (known !== undefined) return known
  const made = qname(prefix, vocabularies[prefix], local)
  interned.set(key, made)
  return made
}

/** How the things of one run are named. */
export interface Space {
  /** A name of the run's own. `local` is made of slugs. */
  run(local: string): QName
  /** A name under the user's namespace: what outlives the run. */
  user(local: string): QName
  /** The run that this one goes on from. */
  readonly former: QName | undefined
  readonly prefixes: ReadonlyMap<string, string>
}

export function spaceOf(userNamespace: string, runId: string, formerId?: string): Space {
  const runNamespace = runNamespaceOf(userNamespace, runId)
  const former = formerId === undefined ? undefined : runNamespaceOf(userNamespace, formerId)
  return {
    run: (local) => qname('run', runNamespace, local),
    user: (local) => qname('user', userNamespace, local),
    former: former === undefined ? undefined : qname('former', former, 'run'),
    prefixes: new Map([
      ...Object.entries(vocabularies),
      ['user', userNamespace],
      ['run', runNamespace],
      ...(former === undefined ? [] : [['former', former] as const]),
    ]),
  }
}

function runNamespaceOf(userNamespace: string, runId: string): string {
  const base = userNamespace.replace(/#$/, '/')
  return base.endsWith(':') ? `${base}runs:${runId}:` : `${base}runs/${runId}/`
}

export const fallbackNamespace = 'http://localhost/'

/**
 * The namespace that a user meant: an absolute IRI, or a bare host that becomes `http://host/`. One that ends in a
 * letter or digit gets a `/`, so that names do not run into it.
 *
 * @returns the namespace and, when the text cannot be used and `http://localhost/` stands in, why
 */
export function userNamespaceOf(given: string): { readonly iri: string; readonly problem?: string } {
  const text = given.trim()
  const unusable = (why: string): { iri: string; problem: string } => ({
    iri: fallbackNamespace,
    problem: `provUserNamespace ${JSON.stringify(shortened(text, 200))} ${why}; ${fallbackNamespace} is used`,
  })
  if (text === '' || text.length > 2048) return unusable('is empty or longer than 2048 characters')
  const isHost = /^(?:[A-Za-z0-9_-]+\.)*[A-Za-z0-9_-]+(?::\d{1,5})?(?:\/[^\s]*)?$/.test(text)
  const absolute = isHost ? `http://${text}` : text
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:[^\s]+$/.test(absolute)) return unusable('is no IRI and no host')
  const iri = ascii(absolute)
  if (
    iri === undefined ||
    /[<>"{}|\\^`]/.test(iri) ||
    /%(?![0-9A-Fa-f]{2})/.test(iri) ||
    iri.indexOf('#') !== iri.lastIndexOf('#')
  )
    return unusable('holds characters that an IRI cannot have')
  if (/^(?:https?|ftp):/i.test(iri) && !URL.canParse(iri)) return unusable('is no IRI')
  const whole = /[/#:?=&]$/.test(iri) ? iri : `${iri}/`
  if (Object.values(vocabularies).some((own) => whole.startsWith(own)))
    return unusable('belongs to a vocabulary')
  return { iri: whole }
}

/** Letters beyond ASCII as percent escapes, as a URI has them; undefined for text that is no Unicode. */
function ascii(iri: string): string | undefined {
  try {
    return iri.replaceAll(/[^\u0021-\u007e]+/g, (letters) => encodeURIComponent(letters))
  } catch {
    return undefined
  }
}
