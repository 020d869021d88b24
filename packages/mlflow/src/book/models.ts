import { randomBytes } from 'node:crypto'
import { unknown } from '../fault.ts'
import type { LoggedModel, Metric, ModelStatus, Pair } from '../record.ts'

export interface ModelRequest {
  readonly experimentId: string
  readonly name: string | undefined
  readonly modelType: string | undefined
  readonly sourceRunId: string
  readonly params: readonly Pair[]
  readonly tags: readonly Pair[]
}

/** Logged models by their ids. */
export class Models {
  readonly #all = new Map<string, LoggedModel>()

  get all(): readonly LoggedModel[] {
    return [...this.#all.values()]
  }

  /** @param locationOf the experiment's artifacts */
  make(request: ModelRequest, location: string): LoggedModel {
    const modelId = `m-${randomBytes(16).toString('hex')}`
    const now = Date.now()
    const made: LoggedModel = {
      modelId,
      experimentId: request.experimentId,
      name: request.name ?? modelId,
      modelType: request.modelType ?? '',
      sourceRunId: request.sourceRunId,
      status: 'LOGGED_MODEL_PENDING',
      creationTime: now,
      lastUpdateTime: now,
      artifactUri: `${location}/models/${modelId}/artifacts`,
      params: mapOf(request.params),
      tags: mapOf(request.tags),
      metrics: [],
    }
    this.#all.set(modelId, made)
    return made
  }

  /** @throws {Fault} `RESOURCE_DOES_NOT_EXIST` */
  get(id: string): LoggedModel {
    const found = this.#all.get(id)
    if (found === undefined) throw unknown('Logged model', id)
    return found
  }

  setStatus(id: string, status: ModelStatus): LoggedModel {
    return this.#change(id, { status })
  }

  setTags(id: string, tags: readonly Pair[]): LoggedModel {
    return this.#change(id, { tags: new Map([...this.get(id).tags, ...mapOf(tags)]) })
  }

  deleteTag(id: string, key: string): void {
    this.#change(id, { tags: new Map([...this.get(id).tags].filter(([name]) => name !== key)) })
  }

  setParams(id: string, params: readonly Pair[]): void {
    this.#change(id, { params: new Map([...this.get(id).params, ...mapOf(params)]) })
  }

  /** Of a metric that names a model; one that nobody has logged is another server's. */
  addMetric(id: string, metric: Metric): void {
    const found = this.#all.get(id)
    if (found === undefined) return
    const others = found.metrics.filter(
      (one) => one.key !== metric.key || one.datasetName !== metric.datasetName,
    )
    this.#change(id, { metrics: [...others, metric] })
  }

  delete(id: string): void {
    this.#all.delete(id)
  }

  #change(id: string, change: Partial<LoggedModel>): LoggedModel {
    const changed = { ...this.get(id), ...change, lastUpdateTime: Date.now() }
    this.#all.set(id, changed)
    return changed
  }
}

function mapOf(pairs: readonly Pair[]): Map<string, string> {
  return new Map(pairs.map(({ key, value }) => [key, value]))
}
