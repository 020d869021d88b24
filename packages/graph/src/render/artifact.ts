import { prov } from '@provloom/prov'
import { instant } from '../instant.ts'
import { term } from '../space.ts'
import type { ArtifactState, ModelState } from '../state.ts'
import { Facts } from './facts.ts'
import { copyRecords, fileFacts, goneProblem, isOwn, keptAt, memberRecords, modeWords } from './file.ts'
import { fileGroup, groupContextName, groupMaker, modelName, ownerName, runName } from './names.ts'
import type { Keyed, View } from './view.ts'
import { entity, relation } from './view.ts'

/** A file that a context made: its copy in the run directory, the version before it, and the model that it is of. */
export function artifactRecords(view: View, key: string): Keyed[] {
  const { state, space } = view
  const artifact = state.artifacts.get(key)
  if (artifact === undefined) return []
  const id = space.run(artifact.id)
  const stored = state.stored.get(key)
  const { event } = artifact
  const group = fileGroup(view, artifact)
  const writer = ownerName(view, artifact.contextKey ?? artifact.rankKey)
  const maker = (group === undefined ? undefined : groupContextName(view, group)) ?? writer
  const records = [
    entity(id, artifactFacts(view, key, artifact).name('writer', maker === writer ? undefined : writer).list),
    relation('wasGeneratedBy', { entity: id, activity: maker }, instant(event.time)),
  ]
  const previous = artifact.previous === undefined ? undefined : state.artifacts.get(artifact.previous)
  if (previous !== undefined) {
    const revision = event.version === undefined ? [] : new Facts().type(prov('Revision')).list
    const ends = { generatedEntity: id, usedEntity: space.run(previous.id) }
    records.push(relation('wasDerivedFrom', ends, undefined, revision))
  }
  const model = artifact.modelKey === undefined ? undefined : modelName(view, artifact.modelKey)
  if (model !== undefined)
    records.push(relation('specializationOf', { specificEntity: id, generalEntity: model }))
  const members = artifact.members.flatMap((one) => state.artifacts.get(one) ?? [])
  records.push(
    ...memberRecords(
      id,
      members.map((one) => space.run(one.id)),
    ),
  )
  if (stored?.event.stored !== undefined && !isOwn(event))
    records.push(...copyRecords(view, id, event, [stored]))
  return records
}

function artifactFacts(view: View, key: string, { event, modelKey }: ArtifactState): Facts {
  const { state } = view
  const model = modelKey === undefined ? undefined : state.models.get(modelKey)
  const stored = state.stored.get(key)?.event
  const own = isOwn(event)
  const facts = fileFacts(event)
  if (own) keptAt(view, facts, stored?.stored).text('mode', modeWords(stored?.mode))
  else facts.location(event.path).text('mode', modeWords(event.mode))
  return facts
    .int('size', stored?.size ?? event.size)
    .word('schema', 'sha256', stored?.sha256 ?? event.sha256)
    .int('step', event.step)
    .text('model', event.version === undefined ? undefined : model?.name)
    .int('version', event.version)
    .texts(
      'problem',
      [event.problem, stored?.problem, own ? goneProblem(view, stored?.stored) : undefined].flatMap(
        (problem) => problem ?? [],
      ),
    )
}

/** A model apart from its files: what is told of it, and what its versions are versions of. */
export function modelRecords(view: View, key: string): Keyed[] {
  const model = view.state.models.get(key)
  if (model === undefined) return []
  const id = view.space.run(model.id)
  const facts = new Facts().label(model.name).type(term('mls', 'Model'))
  for (const [, told] of [...model.told].sort(([a], [b]) => (a < b ? -1 : 1))) {
    facts
      .text('className', told.className)
      .int('parameters', told.parameters)
      .int('trainableParameters', told.trainableParameters)
      .int('bytes', told.bytes)
      .text('layers', told.layers)
      .texts('flavor', told.flavors ?? [])
      .text('signature', told.signature)
      .text('modelId', told.modelId)
      .text('source', told.source)
  }
  return [entity(id, unique(facts)), ...makerOf(view, model)]
}

/** A set, as PROV-DM has it: what ranks told alike is one value. */
function unique({ list }: Facts): Facts['list'] {
  const seen = new Set<string>()
  return list.filter(([attribute, value]) => {
    const words = `${attribute.local} ${JSON.stringify(value)}`
    return !seen.has(words) && seen.add(words)
  })
}

/** One maker: the group's context, or the one rank that told of it; where several did, each its own, the run. */
function makerOf(view: View, model: ModelState): Keyed[] {
  const makers = new Map<string, number>()
  const names = new Map<string, ReturnType<typeof runName>>()
  for (const [owner, made] of model.makers) {
    const { time } = made
    const group = groupMaker(view, owner, made)
    const name = (group === undefined ? undefined : groupContextName(view, group)) ?? ownerName(view, owner)
    names.set(name.local, name)
    makers.set(name.local, Math.min(makers.get(name.local) ?? time, time))
  }
  if (makers.size === 0) return []
  const [first] = names.values()
  const activity = names.size === 1 && first !== undefined ? first : runName(view)
  // What is a version of it is not older than it (PROV-CONSTRAINTS, specialization-generation-ordering).
  const versions = [...model.versions.values()].flatMap(
    ([first]) => view.state.artifacts.get(first ?? '')?.event.time ?? [],
  )
  const time = instant(Math.min(...makers.values(), ...versions))
  return [relation('wasGeneratedBy', { entity: view.space.run(model.id), activity }, time)]
}
