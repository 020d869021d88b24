import path from 'node:path'
import { isAddress } from '../about/address.ts'
import type { Element } from '../graph/element.ts'
import type { Entity, Facts } from '../json-ld.ts'
import { refs, some } from '../json-ld.ts'
import { localId } from '../uri-path.ts'
import { provloom, schema } from '../vocabulary.ts'
import type { Environments } from './environment.ts'
import type { Places } from './places.ts'
import type { Subject } from './subject.ts'
import { nameOf } from './subject.ts'

/** What ran: the script; where none is known the code that git knows; where there is none, the command. */
export interface Instrument {
  readonly ids: readonly string[]
  /** Of its files in the crate, what the record says of them. */
  readonly byPath: ReadonlyMap<string, Element>
  /** Of files in the crate that are the instrument itself, what is said of it beside that they are files. */
  readonly scripts: ReadonlyMap<string, Facts>
  readonly entities: readonly Entity[]
}

/** Of what ran, by the names that it has in every run: a source file that somebody logged is a file like others. */
export function isCode({ local }: Element): boolean {
  return /^(?:script|source)(?:\.|$)/.test(local) && !local.endsWith('.copy')
}

export function instrumentOf(subject: Subject, places: Places, environments: Environments): Instrument {
  const code = [...subject.graph.elements()].filter(isCode)
  const scripts = code.filter((one) => one.local.startsWith('script'))
  const changes = code.filter((one) => one.is(provloom('Diff')) || one.local.startsWith('source.untracked'))
  const source = code.find((one) => !scripts.includes(one) && !changes.includes(one))
  const around = {
    programmingLanguage: refs(environments.languages),
    runtimePlatform: some(environments.platforms),
    softwareRequirements: refs(environments.packages),
  }
  const common = {
    ...around,
    ...versionAndPlace(source),
    hasPart: refs(changes.flatMap((one) => places.pathsOf(one).map((at) => places.idOf(at)))),
  }
  const ran = scripts.length > 0 || source === undefined ? scripts : [source]
  const described = ran.map((one) => ({ one, paths: places.pathsOf(one), facts: codeFacts(one, common) }))
  const outside = described
    .filter(({ paths }) => paths.length === 0)
    .map(({ one, facts }) => codeEntity(one, facts))
  const command = { '@id': '#command', '@type': 'SoftwareApplication', name: commandName(subject), ...around }
  return {
    ids: ran.length === 0 ? ['#command'] : ran.flatMap((one) => places.idsOf(one)),
    byPath: new Map(
      [...scripts, ...changes].flatMap((one) => places.pathsOf(one).map((at) => [at, one] as const)),
    ),
    scripts: new Map(described.flatMap(({ paths, facts }) => paths.map((at) => [at, facts] as const))),
    entities: ran.length === 0 ? [command] : outside,
  }
}

/** Code that the crate does not hold. */
function codeEntity(code: Element, facts: Facts): Entity {
  return {
    '@id': localId(code.local),
    '@type': 'SoftwareSourceCode',
    ...facts,
    sha256: code.text(schema('sha256')),
  }
}

/** A script that no repository knows is known by its content. */
function codeFacts(code: Element, common: Facts): Facts {
  const content = code.text(schema('sha256'))?.slice(0, 12)
  return {
    name: code.label ?? code.local,
    ...common,
    version: common['version'] ?? content,
  }
}

function versionAndPlace(source: Element | undefined): Facts {
  const commit = source?.text(provloom('commit'))
  const changed = source?.text(provloom('dirty')) === 'true'
  const repository = source?.text(schema('codeRepository'))
  return {
    version: commit === undefined ? undefined : `${commit}${changed ? '-dirty' : ''}`,
    codeRepository: repository,
    url: repository !== undefined && isAddress(repository) ? repository : undefined,
  }
}

function commandName({ run }: Subject): string {
  const [program] = run.head?.command ?? []
  return program === undefined ? nameOf(run) : path.basename(program)
}
