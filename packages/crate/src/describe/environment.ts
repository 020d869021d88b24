import type { Element } from '../graph/element.ts'
import type { RunGraph } from '../graph/run-graph.ts'
import type { Entity } from '../json-ld.ts'
import { localId } from '../uri-path.ts'
import { provloom, schema } from '../vocabulary.ts'

/** What the code ran in. */
export interface Environments {
  /** `@id`s of packages. */
  readonly packages: readonly string[]
  readonly languages: readonly string[]
  /** In words: interpreter, platform, container. */
  readonly platforms: readonly string[]
  /** `@id`s of environment variables. */
  readonly variables: readonly string[]
  readonly entities: readonly Entity[]
}

export function environmentsOf(graph: RunGraph): Environments {
  const environments = graph.ofType(provloom('Environment'))
  const packages = graph.ofType(schema('SoftwareApplication')).map(packageEntity)
  const languages = environments.flatMap(languageEntity)
  const variables = environments.flatMap((one) => one.texts(provloom('variable')).flatMap(variableEntity))
  const idsOf = (entities: readonly Entity[]): string[] => [...new Set(entities.map((one) => one['@id']))]
  return {
    packages: idsOf(packages),
    languages: idsOf(languages),
    platforms: environments.flatMap(platformOf),
    variables: idsOf(variables),
    entities: [...packages, ...languages, ...variables],
  }
}

/** By its page where a registry of the web has it, as Process Run Crate's example names one. */
function packageEntity(one: Element): Entity {
  const name = one.text(schema('name')) ?? one.label ?? one.local
  const version = one.text(schema('softwareVersion'))
  const identifier = one.text(schema('identifier'))
  const page =
    identifier?.startsWith('pkg:pypi/') === true && version !== undefined
      ? `https://pypi.org/project/${encodeURIComponent(name)}/${encodeURIComponent(version)}/`
      : undefined
  return {
    '@id': page ?? localId(one.local),
    '@type': 'SoftwareApplication',
    name,
    softwareVersion: version,
    url: page,
    identifier,
  }
}

/** `CPython 3.11.4`, as an interpreter calls itself; what calls itself nothing is known by its path. */
function languageEntity(environment: Element): Entity[] {
  const told = environment.text(provloom('version')) ?? environment.text(provloom('interpreter'))
  if (told === undefined) return []
  const [, name = told, version] = /^(\S+) (\d\S*)$/.exec(told) ?? []
  return [
    {
      '@id': localId(told.replaceAll(' ', '-')),
      '@type': 'ComputerLanguage',
      name,
      version,
      url: /python/i.test(told) ? 'https://www.python.org/' : undefined,
    },
  ]
}

function platformOf(environment: Element): string[] {
  const words = ['platform', 'container'].flatMap((name) => environment.texts(provloom(name)))
  const all = [environment.label, ...words].filter((one) => one !== undefined)
  return all.length === 0 ? [] : [all.join('; ')]
}

/** Variables that were told, as `NAME=value`. */
function variableEntity(text: string): Entity[] {
  const at = text.indexOf('=')
  if (at < 1) return []
  const [name, value] = [text.slice(0, at), text.slice(at + 1)]
  return [{ '@id': localId(`variable.${name}.${value}`), '@type': 'PropertyValue', name, value }]
}
