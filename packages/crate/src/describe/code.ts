import path from 'node:path'
import { isAddress } from '../about/about.ts'
import type { Element } from '../graph/element.ts'
import type { Entity, Facts } from '../json-ld.ts'
import { refs, some } from '../json-ld.ts'
import { localId } from '../uri-path.ts'
import { mls, provloom, schema } from '../vocabulary.ts'
import type { Environments } from './environment.ts'
import type { Places } from './places.ts'
import type { Subject } from './subject.ts'
import { nameOf } from './subject.ts'

/** What ran: the script, or the command where none is known. */
export interface Instrument {
  readonly ids: readonly string[]
  /** Of its files in the crate, what the record says of them. */
  readonly byPath: ReadonlyMap<string, Element>
  /** Of files in the crate that are the instrument itself, what is said of it beside that they are files. */
  readonly scripts: ReadonlyMap<string, Facts>
  readonly entities: readonly Entity[]
}

export function instrumentOf(subject: Subject, places: Places, environments: Environments): Instrument {
  const code = subject.graph.ofType(mls('Implementation'), schema('SoftwareSourceCode'), provloom('Diff'))
  const scripts = code.filter((one) => /^script(?:\.|$)/.test(one.local))
  const changes = code.filter((one) => one.is(provloom('Diff')) || one.local.includes('untracked'))
  const source = code.find((one) => !scripts.includes(one) && !changes.includes(one))
  const common = {
    ...versionAndPlace(source),
    programmingLanguage: refs(environments.languages),
    runtimePlatform: some(environments.platforms),
    softwareRequirements: refs(environments.packages),
    hasPart: refs(changes.flatMap((one) => places.pathsOf(one).map((at) => places.idOf(at)))),
  }
  const byPath = new Map(
    [...scripts, ...changes].flatMap((one) => places.pathsOf(one).map((at) => [at, one] as const)),
  )
  if (scripts.length === 0) {
    const entity = {
      '@id': '#command',
      '@type': 'SoftwareApplication',
      name: commandName(subject),
      ...common,
    }
    return { ids: ['#command'], byPath, scripts: new Map(), entities: [entity] }
  }
  const described = scripts.map((one) => ({ one, facts: scriptFacts(one, common) }))
  return {
    ids: scripts.flatMap((one) => places.idsOf(one)),
    byPath,
    scripts: new Map(
      described.flatMap(({ one, facts }) => places.pathsOf(one).map((at) => [at, facts] as const)),
    ),
    entities: described
      .filter(({ one }) => places.pathsOf(one).length === 0)
      .map(({ one, facts }) => ({
        '@id': localId(one.local),
        '@type': 'SoftwareSourceCode',
        ...facts,
        sha256: one.text(schema('sha256')),
      })),
  }
}

/** A script that no repository knows is known by its content. */
function scriptFacts(script: Element, common: Facts): Facts {
  const content = script.text(schema('sha256'))?.slice(0, 12)
  return {
    name: script.label ?? script.local,
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
