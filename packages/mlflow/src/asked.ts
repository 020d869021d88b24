import { fieldsOf } from '@provloom/shared'
import { Fault } from './fault.ts'
import { integerOf, valueOf } from './number.ts'
import type { DatasetInput, Metric, Pair } from './record.ts'

/** A request's fields, out of its body or its address: read by name, each by what it must be. */
export class Asked {
  readonly #fields: ReadonlyMap<string, unknown>

  constructor(fields: ReadonlyMap<string, unknown>) {
    this.#fields = fields
  }

  /** Empty text is as if it were not given: that is what proto3 makes of it. */
  text(name: string): string | undefined {
    const value = this.#fields.get(name)
    if (typeof value === 'number') return String(value)
    return typeof value === 'string' && value !== '' ? value : undefined
  }

  /** @throws {Fault} `INVALID_PARAMETER_VALUE` */
  needed(name: string): string {
    const value = this.text(name)
    if (value === undefined) throw missing(name)
    return value
  }

  integer(name: string): number | undefined {
    return integerOf(this.#fields.get(name))
  }

  /** By either of the names that the clients use. @throws {Fault} `INVALID_PARAMETER_VALUE` */
  get runId(): string {
    const value = this.text('run_id') ?? this.text('run_uuid')
    if (value === undefined) throw missing('run_id')
    return value
  }

  texts(name: string): string[] {
    const value = this.#fields.get(name)
    if (typeof value === 'string') return [value]
    return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
  }

  /** Objects of a list, each with fields of its own. */
  list(name: string): Asked[] {
    const value = this.#fields.get(name)
    return Array.isArray(value) ? value.map((one: unknown) => new Asked(fieldsOf(one))) : []
  }

  object(name: string): Asked {
    return new Asked(fieldsOf(this.#fields.get(name)))
  }

  /** As it came. */
  raw(name: string): unknown {
    return this.#fields.get(name)
  }

  /** @throws {Fault} `INVALID_PARAMETER_VALUE` */
  pairs(name: string): Pair[] {
    return this.list(name).map((one) => one.pair())
  }

  /** A tag or param may be empty, its name may not. @throws {Fault} `INVALID_PARAMETER_VALUE` */
  pair(): Pair {
    const value = this.#fields.get('value')
    return { key: this.needed('key'), value: value === undefined || value === null ? '' : textOf(value) }
  }

  /** @throws {Fault} `INVALID_PARAMETER_VALUE` */
  metric(): Metric {
    const key = this.needed('key')
    const value = valueOf(this.#fields.get('value'))
    if (value === undefined)
      throw new Fault(
        'INVALID_PARAMETER_VALUE',
        `Got invalid value ${textOf(this.#fields.get('value'))} for metric '${key}'. Please specify value as a valid double (64-bit floating point)`,
      )
    const more = {
      modelId: this.text('model_id'),
      datasetName: this.text('dataset_name'),
      datasetDigest: this.text('dataset_digest'),
    }
    const given = Object.entries(more).filter(([, one]) => one !== undefined)
    return {
      key,
      value,
      timestamp: this.integer('timestamp') ?? Date.now(),
      step: this.integer('step') ?? 0,
      ...Object.fromEntries(given),
    }
  }

  /** @throws {Fault} `INVALID_PARAMETER_VALUE` */
  dataset(): DatasetInput {
    const dataset = this.object('dataset')
    const [schema, profile] = [dataset.text('schema'), dataset.text('profile')]
    return {
      tags: this.pairs('tags'),
      dataset: {
        name: dataset.needed('name'),
        digest: dataset.text('digest') ?? '',
        sourceType: dataset.text('source_type') ?? '',
        source: dataset.text('source') ?? '',
        ...(schema === undefined ? {} : { schema }),
        ...(profile === undefined ? {} : { profile }),
      },
    }
  }
}

function missing(name: string): Fault {
  return new Fault('INVALID_PARAMETER_VALUE', `Missing value for required parameter '${name}'.`)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}
