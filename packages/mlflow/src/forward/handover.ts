import fs from 'node:fs'
import path from 'node:path'
import type { Said } from '../said.ts'
import { runKey } from './entry.ts'
import type { Entry } from './entry.ts'
import type { Known, There } from './known.ts'
import { Logging } from './logging.ts'
import { fileIn } from './outbox.ts'
import type { Reply, Server } from './server.ts'
import { Places, listOf, textOf } from './there.ts'
import { windowOf } from './window.ts'
import type { Batch } from './window.ts'

/** What was handed on so far, and what of it the server will never take. */
export interface Tally {
  runs: number
  values: number
  files: number
  refused: number
}

export type Outcome =
  /** So many entries are there, or will never be. */
  { readonly kind: 'done'; readonly count: number } | Extract<Reply, { readonly kind: 'later' }>

export interface HandoverParts {
  readonly folder: string
  readonly server: Server
  readonly known: Known
  /** Whether a run is to be handed on; undefined while that is not known. */
  readonly isWanted: (rank: number, session: string | undefined) => boolean | undefined
  readonly tell: (message: string) => void
  readonly madeRun: ((rank: number, runId: string, page: string) => void) | undefined
}

const done: Reply = { kind: 'answered', body: new Map() }

/** Says to a server what entries say, in its words: each entry once, whatever was said of it before. */
export class Handover {
  readonly tally: Tally = { runs: 0, values: 0, files: 0, refused: 0 }
  readonly #parts: HandoverParts
  readonly #places: Places
  readonly #logging: Logging
  /** What is being said: it stays what it is until all of it is. */
  #window: { readonly count: number; readonly batches: Batch[]; readonly unsure: boolean } | undefined
  #failed: Batch | undefined

  constructor(parts: HandoverParts) {
    this.#parts = parts
    this.#places = new Places(parts.server, parts.known)
    this.#logging = new Logging(parts.server, parts.known, (what, count) => this.#refuse(what, count))
  }

  /** @param unsure some of it may have been said before */
  async take(entries: readonly Entry[], unsure: boolean): Promise<Outcome> {
    this.#window ??= { ...windowOf(entries), unsure }
    const { count, batches } = this.#window
    for (let batch = batches[0]; batch !== undefined; batch = batches[0]) {
      const later = await this.#log(batch)
      if (later !== undefined) return later
      batches.shift()
    }
    this.#window = undefined
    if (count > 0) return { kind: 'done', count }
    const [entry] = entries
    if (entry === undefined) return { kind: 'done', count: 0 }
    const reply = entry.kind === 'file' ? await this.#file(entry) : await this.#said(entry, unsure)
    if (reply.kind === 'later') return reply
    if (reply.kind === 'refused') this.#refuse(reply.message, 1)
    return { kind: 'done', count: 1 }
  }

  /** Of a window whose first batch failed the others were not said, unless a process before this one has. */
  async #log(batch: Batch): Promise<Extract<Reply, { readonly kind: 'later' }> | undefined> {
    const run = this.#parts.known.run(batch.key)
    if (run === undefined || run === null) return undefined
    const unsure = this.#window?.unsure === true || this.#failed === batch
    const later = await this.#logging.log(batch, run.id, unsure)
    this.#failed = later === undefined ? undefined : batch
    if (later === undefined) this.tally.values += batch.metrics.length
    return later
  }

  /** It will never be taken, for it has kept everything else waiting for long. */
  giveUp(reason: string): void {
    this.#window = undefined
    this.#refuse(reason, 1)
  }

  #made(rank: number, { runId, experiment }: Extract<Said, { kind: 'run' }>, { id }: There): void {
    const { known, server, madeRun } = this.#parts
    this.tally.runs++
    madeRun?.(rank, runId, `${server.uri}/#/experiments/${known.experiment(experiment.name)}/runs/${id}`)
  }

  #refuse(message: string, count: number): void {
    this.tally.refused += count
    this.#parts.tell(`the MLflow server does not take: ${message}`)
  }

  async #said({ rank, session, said }: Extract<Entry, { kind: 'said' }>, unsure: boolean): Promise<Reply> {
    const { known, isWanted } = this.#parts
    if (said.kind === 'run') {
      const key = runKey(said.runId, rank)
      if (known.run(key) !== undefined) return done
      const wanted = isWanted(rank, session)
      if (wanted === undefined) return { kind: 'later', reason: 'whether its rank is collected is not known' }
      if (!wanted) known.noteRun(key, null)
      const reply = wanted ? await this.#places.run(said, rank) : done
      if (reply.kind === 'refused') known.noteRun(key, null)
      if (reply.kind !== 'found') return reply
      if (reply.value !== null) this.#made(rank, said, reply.value)
      return done
    }
    if ('runId' in said && said.kind !== 'model' && said.kind !== 'version') {
      const run = known.run(runKey(said.runId, rank))
      return run === undefined || run === null ? done : await this.#ofRun(said, run, unsure)
    }
    return await this.#ofOthers(said, rank, unsure)
  }

  async #ofRun(said: Said, { id }: There, unsure: boolean): Promise<Reply> {
    const { server, known } = this.#parts
    switch (said.kind) {
      case 'update': {
        const { status, endTime, runName } = said
        const named = runName === undefined ? {} : { run_name: runName }
        const ended = endTime === undefined ? {} : { end_time: endTime }
        return await server.ask('POST', '/runs/update', {
          run_id: id,
          ...(status === undefined ? {} : { status }),
          ...ended,
          ...named,
        })
      }
      case 'moved':
        return await server.ask('POST', said.stage === 'deleted' ? '/runs/delete' : '/runs/restore', {
          run_id: id,
        })
      case 'tag-gone': {
        const reply = await server.ask('POST', '/runs/delete-tag', { run_id: id, key: said.key })
        // It was never there, or is gone already.
        return reply.kind === 'refused' ? done : reply
      }
      case 'inputs':
        return await server.ask('POST', '/runs/log-inputs', {
          run_id: id,
          datasets: said.datasets.map(({ tags, dataset }) => ({
            tags,
            dataset: {
              name: dataset.name,
              digest: dataset.digest,
              source_type: dataset.sourceType,
              source: dataset.source,
              schema: dataset.schema,
              profile: dataset.profile,
            },
          })),
          models: said.models.map((one) => ({ model_id: known.renamed(one) })),
        })
      case 'outputs': {
        const models = said.models.map(({ modelId, step }) => ({ model_id: known.renamed(modelId), step }))
        const missing = unsure ? await this.#missingOutputs(id, models) : models
        if (!Array.isArray(missing)) return missing
        return missing.length === 0
          ? done
          : await server.ask('POST', '/runs/outputs', { run_id: id, models: missing })
      }
      case 'model-file':
        return await server.ask('POST', '/runs/log-model', {
          run_id: id,
          model_json: known.renamed(said.model),
        })
      default:
        return done
    }
  }

  async #missingOutputs(
    run: string,
    models: { model_id: string; step: number }[],
  ): Promise<Reply | typeof models> {
    const reply = await this.#parts.server.ask('GET', `/runs/get?run_id=${run}&run_uuid=${run}`)
    if (reply.kind !== 'answered') return reply
    const text = JSON.stringify([...listOf(new Map([['runs', [reply.body.get('run')]]]), 'runs')[0]!])
    return models.filter((one) => !text.includes(one.model_id))
  }

  async #ofOthers(said: Said, rank: number, unsure: boolean): Promise<Reply> {
    const { server, known } = this.#parts
    switch (said.kind) {
      case 'model': {
        const run = known.run(runKey(said.runId, rank))
        if (run === null) known.noteModel(said.modelId, null)
        const reply = await this.#places.model(said, rank)
        if (reply.kind === 'refused') known.noteModel(said.modelId, null)
        return reply.kind === 'found' ? done : reply
      }
      case 'experiment-tags':
        return await this.#places.experimentTags(said)
      case 'registered': {
        const reply = await server.ask('POST', '/registered-models/create', { name: said.name })
        return reply.kind === 'refused' && reply.code === 'RESOURCE_ALREADY_EXISTS' ? done : reply
      }
      case 'version':
        return await this.#version(said, rank, unsure)
      case 'model-status':
      case 'model-tags':
      case 'model-tag-gone':
      case 'model-params': {
        const model = known.model(said.modelId)
        return model === undefined || model === null ? done : await this.#ofModel(said, model)
      }
      default:
        return done
    }
  }

  async #ofModel(
    said: Extract<Said, { kind: 'model-status' | 'model-tags' | 'model-tag-gone' | 'model-params' }>,
    { id }: There,
  ): Promise<Reply> {
    const { server } = this.#parts
    const address = `/logged-models/${id}`
    switch (said.kind) {
      case 'model-status':
        return await server.ask('PATCH', address, { model_id: id, status: said.status })
      case 'model-tags':
        return await server.ask('PATCH', `${address}/tags`, {
          model_id: id,
          tags: this.#places.pairs(said.tags),
        })
      case 'model-tag-gone':
        return await server.ask('DELETE', `${address}/tags/${encodeURIComponent(said.key)}`)
      case 'model-params':
        return await server.ask('POST', `${address}/params`, { model_id: id, params: said.params })
    }
  }

  async #version(said: Extract<Said, { kind: 'version' }>, rank: number, unsure: boolean): Promise<Reply> {
    const { server, known } = this.#parts
    const run = known.run(runKey(said.runId, rank))
    if (run === null) return done
    const [source, modelId] = [known.place(said.source), known.renamed(said.modelId)]
    if (unsure) {
      const filter = encodeURIComponent(`name='${said.name.replaceAll("'", "''")}'`)
      const reply = await server.ask('GET', `/model-versions/search?filter=${filter}&max_results=1000`)
      if (reply.kind === 'later') return reply
      const versions = reply.kind === 'answered' ? listOf(reply.body, 'model_versions') : []
      if (
        versions.some((one) => textOf(one, 'source') === source && textOf(one, 'run_id') === (run?.id ?? ''))
      )
        return done
    }
    return await server.ask('POST', '/model-versions/create', {
      name: said.name,
      source,
      ...(run === undefined ? {} : { run_id: run.id }),
      ...(modelId === '' ? {} : { model_id: modelId }),
    })
  }

  /** By the server's own HTTP proxy of its artifacts; where it has none it is told, and the file not handed on. */
  async #file({ rank, owner, path: below, file }: Extract<Entry, { kind: 'file' }>): Promise<Reply> {
    const { folder, known, server, tell } = this.#parts
    const there = 'runId' in owner ? known.run(runKey(owner.runId, rank)) : known.model(owner.modelId)
    const content = fileIn(folder, file)
    if (there === undefined || there === null || content === undefined) return this.#without(file)
    const root = proxied(there.artifactUri)
    if (root === undefined) {
      tell(
        `files are not handed on: the MLflow server has its artifacts at ${there.artifactUri.replace(/:.*/, ':')}, which it gives no access to by HTTP`,
      )
      return this.#without(file)
    }
    const address = `${root}/${below}`.split('/').map(encodeURIComponent).join('/')
    // It names its run and its model.
    const isDescription = path.posix.basename(below) === 'MLmodel' && content.size < descriptionBytesMax
    const reply = await server.put(
      address,
      isDescription ? Buffer.from(known.renamed(fs.readFileSync(content.file, 'utf8'))) : content,
    )
    if (reply.kind === 'answered') this.tally.files++
    if (reply.kind !== 'later') this.#without(file)
    return reply
  }

  #without(file: string): Reply {
    fs.rmSync(path.join(this.#parts.folder, 'files', file), { force: true })
    return done
  }
}

const descriptionBytesMax = 1024 * 1024

/** The path that the proxy knows an artifact URI by; undefined of one that it does not serve. */
function proxied(uri: string): string | undefined {
  const [, rest] = /^mlflow-artifacts:(?:\/\/[^/]*)?\/(.*)$/.exec(uri) ?? []
  return rest?.replace(/\/+$/, '')
}
