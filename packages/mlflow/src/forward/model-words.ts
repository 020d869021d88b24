import type { Said } from '../said.ts'
import { runKey } from './entry.ts'
import type { Known } from './known.ts'
import { done } from './server.ts'
import type { Reply, Server } from './server.ts'
import { listOf, textOf } from './there.ts'
import type { Places } from './there.ts'

type OfModel = Extract<
  Said,
  { readonly kind: 'model-status' | 'model-tags' | 'model-tag-gone' | 'model-params' }
>
type ModelSaid = OfModel | Extract<Said, { readonly kind: 'model' | 'registered' | 'version' }>

/** What is said of logged models and of the registry, in requests. */
export class ModelWords {
  readonly #server: Server
  readonly #known: Known
  readonly #places: Places

  constructor(server: Server, known: Known, places: Places) {
    this.#server = server
    this.#known = known
    this.#places = places
  }

  async say(said: ModelSaid, rank: number, unsure: boolean): Promise<Reply> {
    switch (said.kind) {
      case 'model':
        return await this.#make(said, rank)
      case 'registered': {
        const reply = await this.#server.ask('POST', '/registered-models/create', { name: said.name })
        return reply.kind === 'refused' && reply.code === 'RESOURCE_ALREADY_EXISTS' ? done : reply
      }
      case 'version':
        return await this.#version(said, rank, unsure)
      case 'model-status':
      case 'model-tags':
      case 'model-tag-gone':
      case 'model-params': {
        const model = this.#known.model(said.modelId)
        return model === undefined || model === null ? done : await this.#change(said, model.id)
      }
    }
  }

  async #make(said: Extract<Said, { kind: 'model' }>, rank: number): Promise<Reply> {
    // Of a run that is not handed on its models are not.
    if (this.#known.run(runKey(said.runId, rank)) === null) this.#known.noteModel(said.modelId, null)
    const reply = await this.#places.model(said, rank)
    if (reply.kind === 'refused') this.#known.noteModel(said.modelId, null)
    return reply.kind === 'found' ? done : reply
  }

  async #change(said: OfModel, id: string): Promise<Reply> {
    const address = `/logged-models/${id}`
    switch (said.kind) {
      case 'model-status':
        return await this.#server.ask('PATCH', address, { model_id: id, status: said.status })
      case 'model-tags': {
        const body = { model_id: id, tags: this.#places.pairs(said.tags) }
        return await this.#server.ask('PATCH', `${address}/tags`, body)
      }
      case 'model-tag-gone':
        return await this.#server.ask('DELETE', `${address}/tags/${encodeURIComponent(said.key)}`)
      case 'model-params':
        return await this.#server.ask('POST', `${address}/params`, { model_id: id, params: said.params })
    }
  }

  /** Each that is made has a number of its own: one that may be there is looked for. */
  async #version(said: Extract<Said, { kind: 'version' }>, rank: number, unsure: boolean): Promise<Reply> {
    const run = this.#known.run(runKey(said.runId, rank))
    if (run === null) return done
    const [source, modelId] = [this.#known.place(said.source), this.#known.renamed(said.modelId)]
    if (unsure) {
      const filter = encodeURIComponent(`name='${said.name.replaceAll("'", "''")}'`)
      const reply = await this.#server.ask('GET', `/model-versions/search?filter=${filter}&max_results=1000`)
      if (reply.kind === 'later') return reply
      const versions = reply.kind === 'answered' ? listOf(reply.body, 'model_versions') : []
      const isOurs = (one: (typeof versions)[number]): boolean =>
        textOf(one, 'source') === source && textOf(one, 'run_id') === (run?.id ?? '')
      if (versions.some(isOurs)) return done
    }
    return await this.#server.ask('POST', '/model-versions/create', {
      name: said.name,
      source,
      ...(run === undefined ? {} : { run_id: run.id }),
      ...(modelId === '' ? {} : { model_id: modelId }),
    })
  }
}
