import path from 'node:path'
import { limits } from '@provloom/shared'
import type { Fold } from '@provloom/shared'
import { keep } from './artifact.ts'
import { contextName } from './context.ts'
import { withSession } from './current.ts'
import { present } from './present.ts'
import { nameOf } from './value.ts'

export interface ModelOptions {
  readonly className?: string
  readonly parameters?: number
  readonly trainableParameters?: number
  readonly bytes?: number
  /** One object per layer. */
  readonly layers?: readonly unknown[]
  /** The file with its weights. */
  readonly file?: string
  readonly context?: string
  readonly source?: string
  readonly isInput?: boolean
}

export interface VersionOptions {
  readonly context?: string
  readonly source?: string
  readonly step?: number
  readonly isInput?: boolean
}

/** The operations of `registerFinalMetric`. */
export const FoldOperation = { MAX: 'max', MIN: 'min', ADD: 'add', SUBTRACT: 'subtract' } as const

/** Records what is known of a model, and where its file is given its weights. */
export function logModel(name: string, options: ModelOptions = {}): void {
  withSession('logModel', (session) => {
    const { parameters, trainableParameters, bytes, layers, file, context, source } = options
    const direction = options.isInput === true ? 'input' : 'output'
    const text = layers === undefined ? undefined : JSON.stringify(layers)
    session.record({
      type: 'model',
      name: nameOf(name) ?? 'model',
      direction,
      ...present({ className: nameOf(options.className), parameters, trainableParameters, bytes }),
      ...present({ layers: text !== undefined && text.length < limits.eventBytesMax / 2 ? text : undefined }),
      ...present({ context: contextName(context), source: nameOf(source) }),
    })
    if (file === undefined) return
    const label = `${name}${path.extname(file)}`
    keep(session, 'logModel', label, file, {
      kind: 'model',
      role: direction,
      copy: true,
      ...present({ context, source }),
    })
  })
}

/** Keeps a model's file as it is now, as version 0, 1, ... of `name`. */
export function saveModelVersion(name: string, file: string, options: VersionOptions = {}): void {
  withSession('saveModelVersion', (session) => {
    const version = session.count(`version ${name}`)
    const { context, source, step } = options
    keep(session, 'saveModelVersion', `${name}_${version}${path.extname(file)}`, file, {
      kind: 'checkpoint',
      role: options.isInput === true ? 'input' : 'output',
      copy: true,
      version,
      ...present({ context, source, step }),
    })
  })
}

/** At the end of the run the metric is folded over all its points, beginning with `initialValue`. */
export function registerFinalMetric(name: string, initialValue: number, fold: Fold, context?: string): void {
  withSession('registerFinalMetric', (session) => {
    const key = nameOf(name)
    if (key === undefined || Number.isNaN(initialValue)) {
      session.problem('NOT_A_NUMBER', `registerFinalMetric: ${name} needs a name and an initial value`, name)
      return
    }
    // JSON has no infinity; the greatest finite number folds alike.
    const initial = Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, initialValue))
    const declared = present({ context: contextName(context) })
    session.record({ type: 'final.metric', key, initialValue: initial, fold, ...declared })
  })
}
