import path from 'node:path'
import type { Contributors, Fold } from '@provloom/shared'
import { keep } from './keep.ts'
import { contextName } from './context-name.ts'
import { withSession } from './which.ts'
import { countsIn, withOptions } from './with-options.ts'
import { nameOf } from './name.ts'
import { numberOf, shown } from './number.ts'
import { present } from './present.ts'
import type { Session } from './session.ts'
import { typed } from './value.ts'

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
  /** Whose work it is: of all ranks of a process group, or of this one alone. */
  readonly contributors?: Contributors
}

export interface VersionOptions {
  readonly context?: string
  readonly source?: string
  readonly step?: number
  readonly isInput?: boolean
  /** As with `logModel`. */
  readonly contributors?: Contributors
}

/** The operations of `registerFinalMetric`. */
export const FoldOperation = { MAX: 'max', MIN: 'min', ADD: 'add', SUBTRACT: 'subtract' } as const

const folds: ReadonlySet<unknown> = new Set(Object.values(FoldOperation))

/** Records what is known of a model, and where its file is given its weights. */
export function logModel(name: string, options: ModelOptions = {}): void {
  withOptions('logModel', options, (session, options) => {
    const { layers, file, context, source } = options
    const counts = countsIn(session, 'logModel', options, ['parameters', 'trainableParameters', 'bytes'])
    const direction = options.isInput === true ? 'input' : 'output'
    const contributors = contributorsIn(session, 'logModel', options)
    const model = nameOf(name) ?? 'model'
    const told = layers === undefined ? undefined : typed(layers)
    if (told?.remark !== undefined)
      session.problem(
        told.remark.code,
        `logModel: the list of layers of ${model} ${told.remark.words}`,
        model,
      )
    session.record({
      type: 'model',
      name: model,
      direction,
      ...present({ className: nameOf(options.className) }),
      ...counts,
      ...present({
        layers: told?.value,
        context: contextName(context),
        source: nameOf(source),
        contributors,
      }),
    })
    if (file === undefined) return
    keep(session, 'logModel', `${model}${endingOf(file)}`, file, {
      kind: 'model',
      model,
      role: direction,
      copy: true,
      ...present({ context, source, contributors }),
    })
  })
}

/** Keeps a model's file as it is now, as version 0, 1, ... of `name`. */
export function saveModelVersion(name: string, file: string, options: VersionOptions = {}): void {
  withOptions('saveModelVersion', options, (session, options) => {
    const model = nameOf(name) ?? 'model'
    const version = session.count(`version ${model}`)
    const { context, source, step } = options
    const contributors = contributorsIn(session, 'saveModelVersion', options)
    keep(session, 'saveModelVersion', `${model}_${version}${endingOf(file)}`, file, {
      kind: 'checkpoint',
      model,
      role: options.isInput === true ? 'input' : 'output',
      copy: true,
      version,
      ...present({ context, source, step, contributors }),
    })
  })
}

/** Whose work a model is said to be; another word is told, and left out. */
function contributorsIn(
  session: Session,
  call: string,
  { contributors }: { readonly contributors?: unknown },
): Contributors | undefined {
  if (contributors === undefined || contributors === null) return undefined
  if (contributors === 'rank' || contributors === 'group') return contributors
  const text = `${call}: contributors must be "rank" or "group", not ${shown(contributors)}; it is recorded without it`
  session.problem('OPTION_LEFT_OUT', text, 'contributors')
  return undefined
}

/** What is no path is told by whoever keeps it. */
function endingOf(file: unknown): string {
  return typeof file === 'string' ? path.extname(file) : ''
}

/** At the end of the run the metric is folded over all its points, beginning with `initialValue`. */
export function registerFinalMetric(name: string, initialValue: number, fold: Fold, context?: string): void {
  withSession('registerFinalMetric', (session) => {
    const key = nameOf(name)
    const found = numberOf(initialValue)
    if (key === undefined || !folds.has(fold)) {
      const text = 'registerFinalMetric: it needs a name, and the operation max, min, add or subtract'
      session.refuse('bad-fold', 'BAD_FOLD', text, key)
      return
    }
    if (found.kind === 'refused' || Number.isNaN(found.value)) {
      const what = found.kind === 'refused' ? found.what : 'NaN'
      const text = `registerFinalMetric: the initial value of ${key} is no number: ${what}`
      session.refuse('not-a-number', 'NOT_A_NUMBER', text, key)
      return
    }
    const { remark } = found
    if (remark !== undefined)
      session.problem(remark.code, `registerFinalMetric: the initial value of ${key} ${remark.words}`, key)
    // JSON has no infinity; the greatest finite number folds alike.
    const initial = Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, found.value))
    const declared = present({ context: contextName(context) })
    session.record({ type: 'final.metric', key, initialValue: initial, fold, ...declared })
  })
}
