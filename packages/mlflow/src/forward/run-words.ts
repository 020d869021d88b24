import { fieldsOf } from '@provloom/shared'
import type { Said } from '../said.ts'
import type { Known } from './known.ts'
import { done } from './server.ts'
import type { Reply, Server } from './server.ts'
import { listOf, textOf } from './there.ts'

type RunSaid = Extract<
  Said,
  { readonly kind: 'update' | 'moved' | 'tag-gone' | 'inputs' | 'outputs' | 'model-file' }
>

/** What is said of a run beside its values, params and tags, in requests: each may be made again. */
export class RunWords {
  readonly #server: Server
  readonly #known: Known

  constructor(server: Server, known: Known) {
    this.#server = server
    this.#known = known
  }

  /** @param run the server's id of it */
  async say(said: RunSaid, run: string, unsure: boolean): Promise<Reply> {
    switch (said.kind) {
      case 'update':
        return await this.#server.ask('POST', '/runs/update', updateOf(said, run))
      case 'moved': {
        const address = said.stage === 'deleted' ? '/runs/delete' : '/runs/restore'
        return await this.#server.ask('POST', address, { run_id: run })
      }
      case 'tag-gone': {
        const reply = await this.#server.ask('POST', '/runs/delete-tag', { run_id: run, key: said.key })
        // It was never there, or is gone already.
        return reply.kind === 'refused' ? done : reply
      }
      case 'inputs':
        return await this.#server.ask('POST', '/runs/log-inputs', this.#inputsOf(said, run))
      case 'outputs':
        return await this.#outputs(said, run, unsure)
      case 'model-file': {
        const body = { run_id: run, model_json: this.#known.renamed(said.model) }
        return await this.#server.ask('POST', '/runs/log-model', body)
      }
    }
  }

  #inputsOf({ datasets, models }: Extract<Said, { kind: 'inputs' }>, run: string): object {
    return {
      run_id: run,
      datasets: datasets.map(({ tags, dataset: { name, digest, sourceType, source, schema, profile } }) => ({
        tags,
        dataset: { name, digest, source_type: sourceType, source, schema, profile },
      })),
      models: models.map((one) => ({ model_id: this.#known.renamed(one) })),
    }
  }

  async #outputs(
    { models }: Extract<Said, { kind: 'outputs' }>,
    run: string,
    unsure: boolean,
  ): Promise<Reply> {
    const all = models.map(({ modelId, step }) => ({ model_id: this.#known.renamed(modelId), step }))
    const there = unsure ? await this.#server.ask('GET', `/runs/get?run_id=${run}&run_uuid=${run}`) : done
    if (there.kind !== 'answered') return there
    const outputs = fieldsOf(fieldsOf(there.body.get('run')).get('outputs'))
    const known = new Set(listOf(outputs, 'model_outputs').map((one) => textOf(one, 'model_id')))
    const missing = all.filter((one) => !known.has(one.model_id))
    if (missing.length === 0) return done
    return await this.#server.ask('POST', '/runs/outputs', { run_id: run, models: missing })
  }
}

function updateOf({ status, endTime, runName }: Extract<Said, { kind: 'update' }>, run: string): object {
  return {
    run_id: run,
    ...(status === undefined ? {} : { status }),
    ...(endTime === undefined ? {} : { end_time: endTime }),
    ...(runName === undefined ? {} : { run_name: runName }),
  }
}
