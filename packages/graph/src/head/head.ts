import type { HeadFile, HeadMetric, HeadParam, HeadSource, RunHead, Shown } from '@provloom/rundir/entry'
import { limits } from '@provloom/shared'
import { runStatus } from '../status.ts'
import type { RunState } from '../state.ts'
import type { Thing } from '../thing.ts'
import type { Kept } from '../kept.ts'
import { headInputs, headOutputs } from './files.ts'
import { headEnergy, notMeasuredIn } from './energy.ts'
import { headOtherEnergy } from './energy-other.ts'
import { headFinding, nanFinding } from './finding.ts'
import { headMetric, metricsInOrder } from './metrics.ts'
import type { HeadSources } from './metrics.ts'
import { headParams } from './params.ts'
import { fitting, headText } from './shown.ts'

/** Of `headBytesMax`: what is left is for all that is not a list of many. */
const kib = 1024
const bytesOf = { few: 4 * kib, hosts: 8 * kib, params: 96 * kib, metrics: 112 * kib, files: 78 * kib }
/** Users, words of the command, ways of measuring. */
const fewMax = 16
const shortMax = 200

/** A run's head, of which only what changed is made anew. */
export class Head {
  readonly #sources: HeadSources
  readonly #kept: Kept
  readonly #metrics = new Map<string, HeadMetric | undefined>()
  #params: Shown<HeadParam> | undefined
  #inputs: Shown<HeadFile> | undefined
  #outputs: Shown<HeadFile> | undefined

  constructor(sources: HeadSources, kept: Kept) {
    this.#sources = sources
    this.#kept = kept
  }

  /** What is rendered anew is no longer as it was here. */
  changed(things: 'all' | readonly Thing[]): void {
    if (things === 'all') {
      this.#metrics.clear()
      this.#params = this.#inputs = this.#outputs = undefined
      return
    }
    for (const { kind, key } of things) {
      if (kind === 'series') this.#metrics.delete(this.#sources.state.series.get(key)?.metricKey ?? '')
      else if (kind === 'shared') this.#params = this.#inputs = undefined
      else if (kind === 'artifact') this.#outputs = undefined
    }
  }

  /** A few milliseconds of work between two yields. */
  *slices(): Generator<void, RunHead> {
    const { state } = this.#sources
    const metrics = yield* this.#someMetrics()
    this.#params ??= fitting(headParams(state), limits.headParamsMax, bytesOf.params)
    yield
    this.#inputs ??= fitting(headInputs(state), limits.headFilesMax, bytesOf.files)
    yield
    this.#outputs ??= fitting(headOutputs(state), limits.headFilesMax, bytesOf.files)
    yield
    const source = sourceOf(state)
    const command = commandOf(state)
    const isCompleted = runStatus(state) === 'completed'
    const finding = isCompleted ? nanFinding(metrics.shown) : headFinding(state, this.#kept)
    const otherEnergy = few(headOtherEnergy(state, this.#kept))
    return {
      users: few([...state.users.keys()]),
      hosts: fitting(hostNames(state), limits.headHostsMax, bytesOf.hosts),
      ...(command === undefined ? {} : { command }),
      ...(source === undefined ? {} : { source }),
      params: this.#params,
      metrics,
      inputs: this.#inputs,
      outputs: this.#outputs,
      energy: few(headEnergy(state, this.#kept)),
      ...(otherEnergy.length === 0 ? {} : { otherEnergy }),
      notMeasured: few(notMeasuredIn(state, this.#kept)),
      ...(finding === undefined ? {} : { finding }),
    }
  }

  *#someMetrics(): Generator<void, Shown<HeadMetric>> {
    const { state } = this.#sources
    const shown: HeadMetric[] = []
    for (const key of metricsInOrder(state)) {
      if (shown.length === limits.headMetricsMax) break
      if (!this.#metrics.has(key)) this.#metrics.set(key, yield* headMetric(this.#sources, key))
      const one = this.#metrics.get(key)
      if (one !== undefined) shown.push(one)
      yield
    }
    const { shown: fit } = fitting(shown, limits.headMetricsMax, bytesOf.metrics)
    return { shown: fit, more: state.metrics.size - fit.length }
  }
}

/** Those that fit. */
function few<T>(all: readonly T[]): readonly T[] {
  return fitting(all, fewMax, bytesOf.few).shown
}

function sourceOf({ shared, code }: RunState): HeadSource | undefined {
  for (const key of code) {
    const facts = shared.get(key)?.facts
    if (facts?.type !== 'source' || facts.commit === undefined) continue
    const { commit, branch, dirty } = facts
    return {
      commit,
      ...(branch === undefined ? {} : { branch: headText(branch, shortMax) }),
      ...(dirty === undefined ? {} : { dirty }),
    }
  }
  return undefined
}

function hostNames({ hosts }: RunState): string[] {
  return [...new Set([...hosts.values()].flatMap(({ names }) => [...names.keys()]))].sort()
}

function commandOf({ shared, code }: RunState): readonly string[] | undefined {
  for (const key of code) {
    const facts = shared.get(key)?.facts
    if (facts?.type === 'command') return few(facts.argv)
  }
  return undefined
}
