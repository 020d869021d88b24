import type { Experiment, LoggedModel, RunView } from '../record.ts'
import type { Look } from './match.ts'

/** What a filter may ask of a run. */
export function lookAtRun({ info, last, params, tags, datasets }: RunView): Look {
  return (entity, key) => {
    switch (entity) {
      case 'metric':
        return last.get(key)?.value
      case 'param':
        return params.get(key)
      case 'tag':
        return tags.get(key)
      case 'dataset':
        return datasets.flatMap(({ dataset, tags: of }) => {
          if (key === 'name') return dataset.name
          if (key === 'digest') return dataset.digest
          return of.filter((tag) => tag.key === 'mlflow.data.context').map((tag) => tag.value)
        })
      case 'attribute':
        return attributeOf(key, {
          run_id: info.runId,
          run_name: info.runName,
          'run name': info.runName,
          experiment_id: info.experimentId,
          user_id: info.userId,
          status: info.status,
          start_time: info.startTime,
          created: info.startTime,
          end_time: info.endTime,
          artifact_uri: info.artifactUri,
        })
    }
  }
}

export function lookAtExperiment(experiment: Experiment): Look {
  return (entity, key) =>
    entity === 'tag'
      ? experiment.tags.get(key)
      : attributeOf(key, {
          experiment_id: experiment.experimentId,
          name: experiment.name,
          creation_time: experiment.creationTime,
          last_update_time: experiment.lastUpdateTime,
        })
}

export function lookAtModel(model: LoggedModel): Look {
  return (entity, key) => {
    if (entity === 'metric') return model.metrics.find((one) => one.key === key)?.value
    if (entity === 'param') return model.params.get(key)
    if (entity === 'tag') return model.tags.get(key)
    return attributeOf(key, {
      name: model.name,
      model_id: model.modelId,
      model_type: model.modelType,
      status: model.status.replace('LOGGED_MODEL_', ''),
      source_run_id: model.sourceRunId,
      creation_timestamp: model.creationTime,
      creation_time: model.creationTime,
      last_updated_timestamp: model.lastUpdateTime,
    })
  }
}

function attributeOf(
  key: string,
  known: Readonly<Record<string, string | number | undefined>>,
): string | number | undefined {
  return Object.hasOwn(known, key.toLowerCase()) ? known[key.toLowerCase()] : undefined
}
