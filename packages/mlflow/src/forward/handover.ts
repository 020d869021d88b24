import fs from 'node:fs'
import path from 'node:path'
import type { Said } from '../said.ts'
import { runKey } from './entry.ts'
import type { Entry } from './entry.ts'
import type { Known, There } from './known.ts'
import { Logging } from './logging.ts'
import { fileIn } from './outbox.ts'
import { done } from './server.ts'
import type { Reply, Server } from './server.ts'
import { ModelWords } from './model-words.ts'
import { RunWords } from './run-words.ts'
import { Places } from './there.ts'
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

/** Says to a server what entries say, in its words: each entry once, whatever was said of it before. */
export class Handover {
  readonly tally: Tally = { runs: 0, values: 0, files: 0, refused: 0 }
  readonly #parts: HandoverParts
  readonly #places: Places
  readonly #logging: Logging
  readonly #runWords: RunWords
  readonly #modelWords: ModelWords
  /** What is being said: it stays what it is until all of it is. */
  #window: { readonly count: number; readonly batches: Batch[]; readonly unsure: boolean } | undefined
  #failed: Batch | undefined

  constructor(parts: HandoverParts) {
    this.#parts = parts
    this.#places = new Places(parts.server, parts.known)
    this.#runWords = new RunWords(parts.server, parts.known)
    this.#modelWords = new ModelWords(parts.server, parts.known, this.#places)
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
    const { known } = this.#parts
    switch (said.kind) {
      case 'run':
        return await this.#run(said, rank, session)
      case 'metrics':
      case 'params':
      case 'tags':
        // Said with others, in a window.
        return done
      case 'update':
      case 'moved':
      case 'tag-gone':
      case 'inputs':
      case 'outputs':
      case 'model-file': {
        const run = known.run(runKey(said.runId, rank))
        return run === undefined || run === null ? done : await this.#runWords.say(said, run.id, unsure)
      }
      case 'model':
      case 'registered':
      case 'version':
      case 'model-status':
      case 'model-tags':
      case 'model-tag-gone':
      case 'model-params':
        return await this.#modelWords.say(said, rank, unsure)
      case 'experiment-tags':
        return await this.#places.experimentTags(said)
    }
  }

  async #run(
    said: Extract<Said, { kind: 'run' }>,
    rank: number,
    session: string | undefined,
  ): Promise<Reply> {
    const { known, isWanted } = this.#parts
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
