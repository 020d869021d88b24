import { fieldsIn, isCount, nameWithin } from '@provloom/shared'
import type { Dataset as DatasetFacts } from '@provloom/shared'
import type { DatasetInput } from '@provloom/mlflow'
import { present } from '../client/present.ts'

/** A data set that a run used, as MLflow has it: a name, a digest of its content, and where it is from. */
export function datasetFacts({ dataset, tags }: DatasetInput): Omit<DatasetFacts, 'time'> {
  const context = tags.find(({ key }) => key === 'mlflow.data.context')?.value
  const source = fieldsIn(dataset.source)
  const rows = fieldsIn(dataset.profile).get('num_rows')
  const place = ['uri', 'url', 'path', 'table_name']
    .map((name) => source.get(name))
    .find((one) => typeof one === 'string')
  return {
    type: 'dataset',
    label: nameWithin(dataset.name),
    direction: 'input',
    ...present({
      digest: dataset.digest === '' ? undefined : nameWithin(dataset.digest),
      sourceType: dataset.sourceType === '' ? undefined : nameWithin(dataset.sourceType),
      uri: typeof place === 'string' ? place : undefined,
      schema: dataset.schema,
      samples: isCount(rows) ? rows : undefined,
      split: context === undefined || context === '' ? undefined : nameWithin(context),
    }),
  }
}
