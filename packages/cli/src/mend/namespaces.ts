import { RECORD_KINDS } from '@provloom/prov'
import { isObject, records, scopes } from './tree.ts'
import type { Changes, Json, JsonObject } from './tree.ts'

const XSD = 'http://www.w3.org/2001/XMLSchema#'
const nearlyXsd = /^https?:\/\/www\.w3\.org\/\d{4}(?:\/\d\d)?\/XMLSchema#?$/i

/** Names that are no IRIs come under the base: what an RDF reader, and every other document, can tell from others. */
export function mendNamespaces(document: JsonObject, base: string, changes: Changes): void {
  for (const scope of scopes(document)) {
    const declared = isObject(scope['prefix']) ? scope['prefix'] : (scope['prefix'] = {})
    for (const [prefix, iri] of Object.entries(declared)) {
      if (typeof iri !== 'string' || /^[A-Za-z][A-Za-z\d+.-]*:./.test(iri)) continue
      declared[prefix] = under(base, iri)
      changes.note('a namespace that was no IRI is one', `${prefix} is ${declared[prefix]}`)
    }
  }
}

/** What else keeps names from being what they are meant to be. */
export function mendPrefixes(document: JsonObject, base: string, changes: Changes): void {
  const outer = new Set(Object.keys(isObject(document['prefix']) ? document['prefix'] : {}))
  for (const scope of scopes(document)) {
    const declared = isObject(scope['prefix']) ? scope['prefix'] : (scope['prefix'] = {})
    for (const [prefix, iri] of Object.entries(declared)) {
      if (typeof iri !== 'string') continue
      if (nearlyXsd.test(iri) && iri !== XSD) {
        declared[prefix] = XSD
        changes.note("a namespace that was nearly XML Schema's is its", prefix)
      } else if (/[A-Za-z\d]$/.test(iri)) {
        declared[prefix] = `${iri}#`
        changes.note('a namespace has an end, so that names do not run into it', `${prefix} is ${iri}#`)
      }
    }
    for (const prefix of usedIn(scope)) {
      if (prefix in declared || outer.has(prefix) || prefix === 'prov' || prefix === 'xsd') continue
      declared[prefix] = under(base, prefix)
      changes.note('a prefix that was used is declared', `${prefix} is ${declared[prefix]}`)
    }
  }
}

function under(base: string, name: string): string {
  // A host is one, as it is to start_run.
  if (/^[\w-]+(?:\.[\w-]+)+$/.test(name) && !/_/.test(name)) return `http://${name}/`
  return `${base}${encodeURIComponent(name)}${base.includes('#') ? '.' : '#'}`
}

/** Prefixes of identifiers, attributes and references; `default` of a name without one. */
function usedIn(scope: JsonObject): Set<string> {
  const used = new Set<string>()
  const see = (name: Json | undefined): void => {
    if (typeof name !== 'string' || name.startsWith('_:')) return
    const colon = name.indexOf(':')
    used.add(colon < 0 ? 'default' : name.slice(0, colon))
  }
  for (const kind of RECORD_KINDS) {
    for (const { name, record } of records(scope, kind)) {
      see(name)
      for (const [key, value] of Object.entries(record)) {
        see(key)
        if (key.startsWith('prov:') && references.has(key.slice('prov:'.length))) see(value)
      }
    }
  }
  return used
}

const references = new Set([
  'entity',
  'activity',
  'agent',
  'informed',
  'informant',
  'trigger',
  'starter',
  'ender',
  'generatedEntity',
  'usedEntity',
  'generation',
  'usage',
  'plan',
  'delegate',
  'responsible',
  'influencee',
  'influencer',
  'specificEntity',
  'generalEntity',
  'alternate1',
  'alternate2',
  'collection',
])
