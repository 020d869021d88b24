import { fieldsOf } from '@provloom/shared'
import type { Fields } from '@provloom/shared'
import type { ExperimentNamed, Said } from '../said.ts'
import { runKey } from './entry.ts'
import type { Known, There } from './known.ts'
import type { Reply, Server } from './server.ts'

/** By these tags what was made here is found again there, by whoever looks for it. */
export const runTag = 'provloom.run'
const modelTag = 'provloom.model'

type Of<Kind extends Said['kind']> = Extract<Said, { readonly kind: Kind }>

/** What could not be had: the server's reply says why. */
type Found<T> = { readonly kind: 'found'; readonly value: T } | Exclude<Reply, { readonly kind: 'answered' }>

/** Experiments, runs and models of the server: each is made once, and found by its tag where nobody remembers that it was. */
export class Places {
  readonly #server: Server
  readonly #known: Known

  constructor(server: Server, known: Known) {
    this.#server = server
    this.#known = known
  }

  async run(said: Of<'run'>, rank: number): Promise<Found<There | null>> {
    const key = runKey(said.runId, rank)
    const before = this.#known.run(key)
    if (before !== undefined) return found(before)
    const experiment = await this.#experiment(said.experiment)
    if (experiment.kind !== 'found') return experiment
    const there = await this.#server.ask('POST', '/runs/search', {
      experiment_ids: [experiment.value],
      filter: `tags."${runTag}" = '${key}'`,
      run_view_type: 'ALL',
      max_results: 1,
    })
    if (there.kind !== 'answered') return there
    const [one] = listOf(there.body, 'runs')
    const reply = one === undefined ? await this.#makeRun(said, experiment.value, key) : undefined
    if (reply !== undefined && reply.kind !== 'answered') return reply
    const info = fieldsOf((one ?? fieldsOf(reply?.body.get('run'))).get('info'))
    const made = {
      id: textOf(info, 'run_id'),
      artifactUri: textOf(info, 'artifact_uri'),
      ours: said.artifactUri,
    }
    this.#known.noteRun(key, made)
    return found(made)
  }

  async model(said: Of<'model'>, rank: number): Promise<Found<There | null>> {
    const before = this.#known.model(said.modelId)
    if (before !== undefined) return found(before)
    const experiment = await this.#experiment(said.experiment)
    if (experiment.kind !== 'found') return experiment
    const there = await this.#server.ask('POST', '/logged-models/search', {
      experiment_ids: [experiment.value],
      filter: `tags.\`${modelTag}\` = '${said.modelId}'`,
      max_results: 1,
    })
    if (there.kind !== 'answered') return there
    const [one] = listOf(there.body, 'models')
    const run = this.#known.run(runKey(said.runId, rank))
    const reply =
      one === undefined
        ? await this.#server.ask('POST', '/logged-models', {
            experiment_id: experiment.value,
            name: said.name,
            model_type: said.modelType,
            ...(run === undefined || run === null ? {} : { source_run_id: run.id }),
            params: said.params,
            tags: [...this.pairs(said.tags), { key: modelTag, value: said.modelId }],
          })
        : undefined
    if (reply !== undefined && reply.kind !== 'answered') return reply
    const info = fieldsOf((one ?? fieldsOf(reply?.body.get('model'))).get('info'))
    const made = {
      id: textOf(info, 'model_id'),
      artifactUri: textOf(info, 'artifact_uri'),
      ours: said.artifactUri,
    }
    this.#known.noteModel(said.modelId, made)
    return found(made)
  }

  async experimentTags({ experiment, tags }: Of<'experiment-tags'>): Promise<Reply> {
    const there = await this.#experiment(experiment)
    if (there.kind !== 'found') return there
    let last: Reply = { kind: 'answered', body: new Map() }
    for (const { key, value } of tags) {
      last = await this.#server.ask('POST', '/experiments/set-experiment-tag', {
        experiment_id: there.value,
        key,
        value,
      })
      if (last.kind !== 'answered') return last
    }
    return last
  }

  /** What a tag says of another run is said of that run there. */
  pairs(
    pairs: readonly { readonly key: string; readonly value: string }[],
  ): { key: string; value: string }[] {
    return pairs.map(({ key, value }) => ({ key, value: this.#known.renamed(value) }))
  }

  #makeRun(said: Of<'run'>, experimentId: string, key: string): Promise<Reply> {
    const { runName, userId, startTime, tags } = said
    return this.#server.ask('POST', '/runs/create', {
      experiment_id: experimentId,
      run_name: runName,
      start_time: startTime,
      ...(userId === '' ? {} : { user_id: userId }),
      tags: [...this.pairs(tags), { key: runTag, value: key }],
    })
  }

  /** By its name; one that goes by an id of the server's own by that, where there is one. */
  async #experiment({ id, name }: ExperimentNamed): Promise<Found<string>> {
    const known = this.#known.experiment(name)
    if (known !== undefined) return found(known)
    const address =
      name === `experiment ${id}`
        ? `/experiments/get?experiment_id=${encodeURIComponent(id)}`
        : `/experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`
    for (const isAgain of [false, true]) {
      const reply = await this.#server.ask('GET', address)
      if (reply.kind === 'later') return reply
      const there = reply.kind === 'answered' ? fieldsOf(reply.body.get('experiment')) : undefined
      const made =
        there === undefined && !isAgain
          ? await this.#server.ask('POST', '/experiments/create', { name })
          : undefined
      if (made?.kind === 'later') return made
      // Another rank has made it at this moment.
      if (made?.kind === 'refused' && made.code === 'RESOURCE_ALREADY_EXISTS') continue
      if (made?.kind === 'refused') return made
      const value = textOf(made === undefined ? (there ?? new Map()) : made.body, 'experiment_id')
      if (value === '') break
      this.#known.noteExperiment(name, value)
      return found(value)
    }
    return { kind: 'refused', code: 'RESOURCE_DOES_NOT_EXIST', message: `there is no experiment ${name}` }
  }
}

export function textOf(fields: Fields, name: string): string {
  const value = fields.get(name)
  return typeof value === 'string' ? value : ''
}

export function listOf(fields: Fields, name: string): Fields[] {
  const value = fields.get(name)
  return Array.isArray(value) ? value.map((one: unknown) => fieldsOf(one)) : []
}

function found<T>(value: T): { readonly kind: 'found'; readonly value: T } {
  return { kind: 'found', value }
}
