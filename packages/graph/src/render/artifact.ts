import { prov } from '@provloom/prov'
import { instant } from '../instant.ts'
import { keyOf } from '../name.ts'
import { term } from '../space.ts'
import type { ArtifactState, EventOf } from '../state.ts'
import { copyRecords } from './copy.ts'
import { fileFacts } from './describe.ts'
import { Facts } from './facts.ts'
import { makerName, modelName } from './names.ts'
import type { Keyed, View } from './view.ts'
import { entity, relation } from './view.ts'

/** A file that a context made: its copy in the run directory, the version before it, and the model that it is of. */
export function artifactRecords(view: View, key: string): Keyed[] {
  const { state, space, shape } = view
  const artifact = state.artifacts.get(key)
  if (artifact === undefined) return []
  const id = space.run(artifact.id)
  const stored = state.stored.get(key)
  const { event } = artifact
  const records = [
    entity(id, artifactFacts(view, artifact, stored).list),
    relation(
      'wasGeneratedBy',
      { entity: id, activity: makerName(view, artifact.rankKey, artifact.contextKey) },
      instant(event.time),
    ),
  ]
  const previous = artifact.previous === undefined ? undefined : state.artifacts.get(artifact.previous)
  if (previous !== undefined) {
    const revision = event.version === undefined ? [] : new Facts().type(prov('Revision')).list
    records.push(
      relation(
        'wasDerivedFrom',
        { generatedEntity: id, usedEntity: space.run(previous.id) },
        undefined,
        revision,
      ),
    )
  }
  if (previous === undefined || !shape.foldsArtifacts) records.push(...ofModel(view, artifact))
  if (stored?.stored !== undefined && !shape.foldsArtifacts)
    records.push(...copyRecords(view, artifact.copyId, id, event, [stored]))
  return records
}

function artifactFacts(
  view: View,
  { event, modelKey }: ArtifactState,
  stored: EventOf<'artifact.stored'> | undefined,
): Facts {
  const model = modelKey === undefined ? undefined : view.state.models.get(modelKey)
  return fileFacts(event)
    .int('size', stored?.size ?? event.size)
    .text('sha256', stored?.sha256 ?? event.sha256)
    .text('storedAs', stored?.stored)
    .text('context', event.context)
    .int('step', event.step)
    .text('model', event.version === undefined ? undefined : model?.name)
    .int('version', event.version)
    .texts(
      'problem',
      [event.problem, stored?.problem].flatMap((problem) => problem ?? []),
    )
}

function ofModel(view: View, artifact: ArtifactState): Keyed[] {
  const general = artifact.modelKey === undefined ? undefined : modelName(view, artifact.modelKey)
  if (general === undefined) return []
  return [
    relation('specializationOf', { specificEntity: view.space.run(artifact.id), generalEntity: general }),
  ]
}

/** The model that versions are of, where nothing describes it but their name. */
export function modelRecords(view: View, key: string): Keyed[] {
  const model = view.state.models.get(key)
  if (model === undefined || view.state.groups.has(keyOf('model', model.name))) return []
  return [entity(view.space.run(model.id), new Facts().label(model.name).type(term('mls', 'Model')).list)]
}
