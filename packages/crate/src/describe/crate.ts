import { version } from '@provloom/shared'
import type { Entity } from '../json-ld.ts'
import { ref, refs, some } from '../json-ld.ts'
import { metadataName, writersMark } from '../target/mark.ts'
import { processRunCrate, roCrate } from '../vocabulary.ts'
import { actionEntity, actionId } from './action.ts'
import { instrumentOf } from './code.ts'
import { environmentsOf } from './environment.ts'
import { fileEntities } from './files.ts'
import { metricEntities } from './metrics.ts'
import { licenseOf, peopleOf } from './people.ts'
import { Places } from './places.ts'
import { settingsOf } from './settings.ts'
import { nameOf, timeOf } from './subject.ts'
import type { Subject } from './subject.ts'
import { thingsOf } from './things.ts'

/** The crate's graph, its descriptor and root first, each entity once. */
export function crateEntities(subject: Subject): Iterable<Entity> {
  const { run, graph, files, folders } = subject
  const places = new Places(graph, files, folders)
  const people = peopleOf(subject)
  const environments = environmentsOf(graph)
  const instrument = instrumentOf(subject, places, environments)
  const things = thingsOf(graph, places)
  const settings = settingsOf(graph)
  const metrics = metricEntities(run, graph)
  const inFiles = fileEntities(subject, places, things, instrument)
  const { license, entities: licenses } = licenseOf(subject)
  const idsOf = (entities: readonly Entity[]): string[] => entities.map((one) => one['@id'])
  const points = [...files.keys()].some((at) => at.startsWith('metrics/')) ? ['metrics/'] : []
  const action = actionEntity(run, {
    people,
    instrument,
    environments,
    inputs: [...things.inputs, ...idsOf(settings.given)],
    outputs: [...things.outputs, ...points, ...idsOf(metrics), ...idsOf(settings.made)],
  })
  const root: Entity = {
    '@id': './',
    '@type': 'Dataset',
    name: nameOf(run),
    description: descriptionOf(subject),
    datePublished: timeOf(subject.exportedAt),
    license,
    author: some(people.authors),
    publisher: people.publisher,
    conformsTo: ref(processRunCrate),
    mentions: ref(actionId(run)),
    hasPart: refs(inFiles.parts),
  }
  const all = [
    descriptor,
    root,
    profile,
    action,
    ...inFiles.entities,
    ...instrument.entities,
    ...things.entities,
    ...settings.given,
    ...settings.made,
    ...metrics,
    ...environments.entities,
    ...people.entities,
    ...licenses,
  ]
  return new Map(all.map((one) => [one['@id'], one])).values()
}

const descriptor: Entity = {
  '@id': metadataName,
  '@type': 'CreativeWork',
  additionalType: writersMark,
  conformsTo: ref(roCrate),
  about: ref('./'),
}

const profile: Entity = {
  '@id': processRunCrate,
  '@type': 'CreativeWork',
  name: 'Process Run Crate',
  version: '0.5',
}

function descriptionOf({ run }: Subject): string {
  const { settings, number, worldSize, ledger, status, startTime, endTime } = run
  const ranks = worldSize ?? ledger.ranks.length
  const until = endTime === null ? `begun at ${startTime}, and not ended` : `${startTime} to ${endTime}`
  return (
    `Run ${number} of the experiment ${settings.experimentName}: ${ranks} ${ranks === 1 ? 'rank' : 'ranks'}, ${status}, ${until}. ` +
    `prov.json is its W3C PROV graph, recorded by Provloom ${version}.`
  )
}
