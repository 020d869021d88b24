import { valueJson, valueOf, integerOf } from '../number.ts'
import type { Metric } from '../record.ts'
import type { Known } from './known.ts'
import type { Reply, Server } from './server.ts'
import { listOf, textOf } from './there.ts'
import { metricsAtOnce, pairsAtOnce } from './window.ts'
import type { Batch } from './window.ts'

type Later = Extract<Reply, { readonly kind: 'later' }>

interface Piece {
  readonly metrics: readonly Metric[]
  readonly params: readonly (readonly [string, string])[]
  readonly tags: readonly (readonly [string, string])[]
}

/** Values, params and tags, said to the server. */
export class Logging {
  readonly #server: Server
  readonly #known: Known
  readonly #refused: (what: string, count: number) => void

  /** @param refused told of what the server will never take */
  constructor(server: Server, known: Known, refused: (what: string, count: number) => void) {
    this.#server = server
    this.#known = known
    this.#refused = refused
  }

  /**
   * @param unsure it may have been said before: what the server has it is not given again
   * @returns undefined when all of it is there or refused, else why not
   */
  async log(batch: Batch, run: string, unsure: boolean): Promise<Later | undefined> {
    const metrics = unsure ? await this.#missing(batch.metrics, run) : batch.metrics
    if (!('length' in metrics)) return metrics
    const [params, tags] = [[...batch.params], [...batch.tags]]
    const pieces = Math.max(
      Math.ceil(metrics.length / metricsAtOnce),
      Math.ceil(params.length / pairsAtOnce),
      Math.ceil(tags.length / pairsAtOnce),
    )
    for (let n = 0; n < pieces; n++) {
      const part = <T>(all: readonly T[], size: number): T[] => all.slice(n * size, (n + 1) * size)
      const later = await this.#send(run, {
        metrics: part(metrics, metricsAtOnce),
        params: part(params, pairsAtOnce),
        tags: part(tags, pairsAtOnce),
      })
      if (later !== undefined) return later
    }
    return undefined
  }

  /** One that is refused is said in halves: of many a single one may be wrong. */
  async #send(run: string, piece: Piece): Promise<Later | undefined> {
    const count = piece.metrics.length + piece.params.length + piece.tags.length
    if (count === 0) return undefined
    const reply = await this.#server.ask('POST', '/runs/log-batch', this.#body(run, piece))
    if (reply.kind === 'later') return reply
    if (reply.kind === 'answered') return undefined
    if (count === 1 || reply.code === 'RESOURCE_DOES_NOT_EXIST') {
      this.#refused(reply.message, count)
      return undefined
    }
    for (const half of halvesOf(piece)) {
      const later = await this.#send(run, half)
      if (later !== undefined) return later
    }
    return undefined
  }

  #body(run: string, { metrics, params, tags }: Piece): object {
    return {
      run_id: run,
      metrics: metrics.map(({ key, value, timestamp, step, modelId, datasetName, datasetDigest }) => ({
        key,
        value: valueJson(value),
        timestamp,
        step,
        ...(modelId === undefined ? {} : { model_id: this.#known.renamed(modelId), run_id: run }),
        ...(datasetName === undefined ? {} : { dataset_name: datasetName }),
        ...(datasetDigest === undefined ? {} : { dataset_digest: datasetDigest }),
      })),
      params: params.map(([key, value]) => ({ key, value })),
      tags: tags.map(([key, value]) => ({ key, value: this.#known.renamed(value) })),
    }
  }

  /** Those that the server has not. */
  async #missing(metrics: readonly Metric[], run: string): Promise<readonly Metric[] | Later> {
    const there = new Map<string, Set<string>>()
    for (const key of new Set(metrics.map((one) => one.key))) {
      const found = await this.#marksOf(run, key)
      if ('kind' in found) return found
      there.set(key, found)
    }
    return metrics.filter((one) => there.get(one.key)?.has(markOf(one)) !== true)
  }

  async #marksOf(run: string, key: string): Promise<Set<string> | Later> {
    const marks = new Set<string>()
    let token = ''
    do {
      const query = new URLSearchParams({ run_id: run, run_uuid: run, metric_key: key, max_results: '25000' })
      if (token !== '') query.set('page_token', token)
      const reply: Reply = await this.#server.ask('GET', `/metrics/get-history?${query.toString()}`)
      if (reply.kind === 'later') return reply
      if (reply.kind === 'refused') return marks
      for (const one of listOf(reply.body, 'metrics'))
        marks.add(
          markOf({
            value: valueOf(one.get('value')) ?? 0,
            step: integerOf(one.get('step')) ?? 0,
            timestamp: integerOf(one.get('timestamp')) ?? 0,
          }),
        )
      token = textOf(reply.body, 'next_page_token')
    } while (token !== '')
    return marks
  }
}

/** A server's database has the largest double for what is infinite. */
function markOf({ step, timestamp, value }: Pick<Metric, 'step' | 'timestamp' | 'value'>): string {
  const kept = Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value))
  return `${step} ${timestamp} ${Object.is(kept, -0) ? 0 : kept}`
}

function halvesOf({ metrics, params, tags }: Piece): Piece[] {
  const nothing: Piece = { metrics: [], params: [], tags: [] }
  const kinds = [metrics.length, params.length, tags.length].filter((count) => count > 0).length
  if (kinds > 1)
    return [
      { ...nothing, metrics },
      { ...nothing, params },
      { ...nothing, tags },
    ]
  const half = <T>(all: readonly T[], first: boolean): readonly T[] => {
    const middle = Math.ceil(all.length / 2)
    return first ? all.slice(0, middle) : all.slice(middle)
  }
  return [true, false].map((first) => ({
    metrics: half(metrics, first),
    params: half(params, first),
    tags: half(tags, first),
  }))
}
