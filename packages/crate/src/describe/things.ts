import type { Element } from '../graph/element.ts'
import type { RunGraph } from '../graph/run-graph.ts'
import type { Entity } from '../json-ld.ts'
import { refs } from '../json-ld.ts'
import { mediaTypeOf } from '../media-type.ts'
import { localId } from '../uri-path.ts'
import { mls, prov, provloom, schema } from '../vocabulary.ts'
import { isCode } from './code.ts'
import type { Places } from './places.ts'

/** Datasets, files, checkpoints and models of a run. */
export interface Things {
  /** `@id`s of what was used, and of what was made. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** Of a file in the crate, what the record says of it. */
  readonly byPath: ReadonlyMap<string, Element>
  /** Those that the crate has no bytes of. */
  readonly entities: readonly Entity[]
}

export function thingsOf(graph: RunGraph, places: Places): Things {
  const things = graph
    .ofType(provloom('File'), mls('Dataset'), schema('Dataset'), mls('Model'))
    // Code is told as the instrument, and a copy as the file that it is of.
    .filter((one) => !isCode(one) && !one.is(provloom('StoredCopy')))
  const inputs = things.filter((one) => graph.isUsed(one))
  const outputs = things.filter((one) => isOfTraining(graph.makerOf(one)))
  const outside = new Set([...inputs, ...outputs].filter((one) => places.pathsOf(one).length === 0))
  const idsOf = (all: readonly Element[]): string[] => all.flatMap((one) => places.idsOf(one))
  return {
    inputs: idsOf(inputs),
    outputs: idsOf(outputs),
    byPath: new Map(things.flatMap((one) => places.pathsOf(one).map((path) => [path, one] as const))),
    entities: [...outside].map((one) => outsideEntity(graph, places, one)),
  }
}

function isOfTraining(maker: Element | undefined): boolean {
  const ours = [provloom('Recording'), provloom('Recovery'), provloom('HostWatch')]
  return maker !== undefined && !ours.some((type) => maker.is(type))
}

/**
 * What the crate does not hold is a contextual entity: a path of the machine where it ran leads nowhere elsewhere
 * (RO-Crate 1.1, "Data entities": a File is in the crate, or on the web).
 */
function outsideEntity(graph: RunGraph, places: Places, thing: Element): Entity {
  const location = thing.text(prov('location'))
  const files = graph.specializationsOf(thing).flatMap((one) => places.idsOf(one))
  const isFile = location !== undefined && !thing.is(schema('Dataset'))
  return {
    '@id': localId(thing.local),
    '@type': 'CreativeWork',
    name: thing.label ?? thing.local,
    description: location === undefined ? wordsOf(thing) : `Not in this crate: ${location}`,
    alternateName: location,
    encodingFormat: isFile ? mediaTypeOf(location, thing.text(provloom('mediaType'))) : undefined,
    contentSize: thing.text(provloom('size')),
    sha256: thing.text(schema('sha256')),
    workExample: refs(files),
  }
}

function wordsOf(thing: Element): string {
  const about = [
    ['className', ''],
    ['parameters', ' parameters'],
    ['samples', ' samples'],
    ['split', ' split'],
  ].flatMap(([name, noun]) => thing.texts(provloom(name!)).map((value) => `${value}${noun}`))
  const kind = thing.is(mls('Model')) ? 'A model' : 'A dataset'
  return about.length === 0 ? kind : `${kind}: ${about.join(', ')}`
}
