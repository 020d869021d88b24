import { AsyncLocalStorage } from 'node:async_hooks'
import { contextName } from './context-name.ts'
import { harmless } from './current.ts'
import { nameOf } from './name.ts'
import { recordedStep } from './recorded.ts'
import { readOptions } from './with-options.ts'
import { withSession } from './which.ts'

/** Which step it is. */
export interface StepOptions {
  /** The step that is recorded, of `steps` the first one; else they are counted, in each context by itself. */
  readonly number?: number | bigint
  /** Of the series; else the one that `inContext` has opened. */
  readonly context?: string
  /** How many steps there are to be in all, over all loops: then it is told how long it is to go. */
  readonly total?: number | bigint
}

/** How many steps there are to be, and what of: in all, or in the loop that begins. */
interface Ends {
  readonly of: number
  readonly source: 'step' | 'data'
}

/** A step that goes on. */
export interface Step {
  /** As `waiting`, for this step. */
  waiting<T>(body: () => T, on?: string): T
  /** Its end; what comes after is none of it. */
  end(): void
  [Symbol.dispose](): void
}

/**
 * Times one step of a training: how long it computes, and how long it waits for others.
 *
 * Recorded are, in seconds: `compute_time` (source `step`), what passed inside it less what passed inside `waiting`;
 * `wait_time`, what passed inside `waiting` (source `ranks`, or what is said), and what passed since the step before
 * (source `between`). Two points a step, a third where it waits. A step whose body throws is not recorded; one inside
 * another of the same context is a part of that. Work that goes on after the body has returned (a GPU's, a promise that
 * nobody awaits) is not seen.
 *
 * @param body a promise of it is waited for
 */
export function step<T>(body: (step: Step) => T, options: StepOptions = {}): T {
  const begun = beginTimed(options)
  if (begun === undefined) return body(untimed)
  let result: T
  try {
    result = within.run(begun, () => body(begun))
  } catch (error) {
    begun.leave()
    throw error
  }
  if (!(result instanceof Promise)) begun.end()
  else
    void result.then(
      () => begun.end(),
      () => begun.leave(),
    )
  return result
}

/** As `step`, where it ends is said: by `end()`, or the end of the block of `using step = beginStep()`. */
export function beginStep(options: StepOptions = {}): Step {
  const begun = beginTimed(options)
  if (begun === undefined) return untimed
  open.add(begun)
  return begun
}

/**
 * Goes through a loader and times each pass of the loop's body as a step. `wait_time` of the source `data` is how long the
 * loader took to give the batch. A pass that `break` or an error leaves is not recorded. Where the loader has a `length` or
 * `size` it is recorded at which step the loop ends.
 */
export function steps<T>(iterable: Iterable<T>, options?: StepOptions): Iterable<T>
export function steps<T>(iterable: AsyncIterable<T>, options?: StepOptions): AsyncIterable<T>
export function steps<T>(
  iterable: Iterable<T> | AsyncIterable<T>,
  options: StepOptions = {},
): Iterable<T> | AsyncIterable<T> {
  const passes = (): Pass => passesOf(options, lengthOf(iterable))
  if (isAsync(iterable)) return { [Symbol.asyncIterator]: () => throughAsync(iterable, passes()) }
  return { [Symbol.iterator]: () => through(iterable, passes()) }
}

/** Inside `body` (until its promise is settled) the step that goes on here waits, and does not compute: a barrier. */
export function waiting<T>(body: () => T, on = 'ranks'): T {
  const step = openStep()
  return step === undefined ? body() : step.waiting(body, on)
}

class Timed implements Step {
  readonly context: string | undefined
  readonly #number: number | bigint | undefined
  readonly #partOf: Timed | undefined
  /** What was before it, and its source. */
  readonly #before: readonly [string, number] | undefined
  readonly #ends: Ends | undefined
  readonly #begunMs: number
  readonly #waitedMs = new Map<string, number>()
  #waits = 0
  over = false

  constructor({ number, context, total }: StepOptions, before?: readonly [string, number], ends?: Ends) {
    this.context = contextName(context)
    this.#number = number ?? undefined
    this.#ends = ends ?? (total === undefined ? undefined : { of: Number(total), source: 'step' })
    const outer = openStep()
    this.#partOf =
      outer === undefined || outer.context !== this.context ? undefined : (outer.#partOf ?? outer)
    const now = performance.now()
    const last = ended?.context === this.context ? ended : undefined
    this.#before = before ?? (last === undefined ? undefined : ['between', now - last.atMs])
    this.#begunMs = now
  }

  waiting<T>(body: () => T, on = 'ranks'): T {
    const step = this.#partOf ?? this
    const begunMs = performance.now()
    step.#waits++
    let result: T
    try {
      result = body()
    } catch (error) {
      step.#waitedFor(on, begunMs)
      throw error
    }
    const done = (): void => step.#waitedFor(on, begunMs)
    if (result instanceof Promise) void result.then(done, done)
    else done()
    return result
  }

  end(): void {
    const now = performance.now()
    if (!this.leave()) return
    harmless('step', () => this.#record(now))
    if (this.#before?.[0] !== 'data') ended = { context: this.context, atMs: now }
  }

  /** It is left in its middle. @returns whether it went on, and was a step of its own */
  leave(): boolean {
    open.delete(this)
    const went = !this.over
    this.over = true
    return went && this.#partOf === undefined
  }

  [Symbol.dispose](): void {
    this.end()
  }

  /** Of waits inside each other the outermost counts. */
  #waitedFor(on: string, begunMs: number): void {
    if (--this.#waits > 0 || this.over) return
    const source = nameOf(on) ?? 'ranks'
    this.#waitedMs.set(source, (this.#waitedMs.get(source) ?? 0) + performance.now() - begunMs)
  }

  #record(nowMs: number): void {
    withSession('step', (session) => {
      let computedMs = nowMs - this.#begunMs
      for (const ms of this.#waitedMs.values()) computedMs -= ms
      if (this.#before !== undefined) {
        const [source, ms] = this.#before
        this.#waitedMs.set(source, (this.#waitedMs.get(source) ?? 0) + ms)
      }
      const number =
        this.#number === undefined
          ? session.nextStep(this.context)
          : recordedStep(session, 'step', 'it', this.#number)
      session.numberStep(this.context, number)
      const time = session.clock.nowUs()
      const log = (key: string, source: string, ms: number): void => {
        session.stream.point(key, this.context, source, number, time, ms / 1000, { unit: 's' })
      }
      log('compute_time', 'step', Math.max(0, computedMs))
      for (const [source, ms] of this.#waitedMs) log('wait_time', source, ms)
      const { of, source = 'step' } = this.#ends ?? {}
      const end = of === undefined ? NaN : source === 'data' ? Number(number) + of : of
      if (Number.isSafeInteger(end) && session.isNewEnd(this.context, source, end))
        session.stream.point('steps', this.context, source, number, time, end, {})
    })
  }
}

/** Where nothing can be recorded a training goes on all the same. */
const untimed: Step = { waiting: (body) => body(), end: () => {}, [Symbol.dispose]: () => {} }
/** The step whose body runs. */
const within = new AsyncLocalStorage<Timed>()
/** Steps of this thread that go on in no body of their own. */
const open = new Set<Timed>()
/** The end of the last step here that had its batch already. */
let ended: { readonly context: string | undefined; readonly atMs: number } | undefined

function beginTimed(given: StepOptions, before?: readonly [string, number], ends?: Ends): Timed | undefined {
  return harmless('step', () => new Timed(readOptions(given).options, before, ends))
}

function openStep(): Timed | undefined {
  let last = within.getStore()
  if (last?.over === true) last = undefined
  for (const step of open) last = step
  return last
}

function isAsync<T>(iterable: Iterable<T> | AsyncIterable<T>): iterable is AsyncIterable<T> {
  return typeof iterable === 'object' && iterable !== null && Symbol.asyncIterator in iterable
}

/** Begins the step of each pass. */
type Pass = (askedMs: number) => Timed | undefined

/** A number that was given goes up; where it ends is told with the first of them. */
function passesOf(given: StepOptions, length: number | undefined): Pass {
  const { options } = readOptions(given)
  let next = options.number
  let ends: Ends | undefined =
    options.total !== undefined || length === undefined ? undefined : { of: length, source: 'data' }
  return (askedMs) => {
    const number = next
    if (typeof next === 'bigint') next += 1n
    else if (typeof next === 'number') next += 1
    const of = number === undefined ? options : { ...options, number }
    const step = beginTimed(of, ['data', performance.now() - askedMs], ends)
    ends = undefined
    if (step !== undefined) open.add(step)
    return step
  }
}

/** Undefined where it knows none. */
function lengthOf(iterable: object | string): number | undefined {
  try {
    const length: unknown = Reflect.get(Object(iterable), 'length') ?? Reflect.get(Object(iterable), 'size')
    return typeof length === 'number' ? length : undefined
  } catch {
    return undefined
  }
}

function* through<T>(iterable: Iterable<T>, pass: Pass): Generator<T, void> {
  let askedMs = performance.now()
  for (const batch of iterable) {
    const step = pass(askedMs)
    try {
      yield batch
      step?.end()
    } finally {
      step?.leave()
    }
    askedMs = performance.now()
  }
}

async function* throughAsync<T>(iterable: AsyncIterable<T>, pass: Pass): AsyncGenerator<T, void> {
  let askedMs = performance.now()
  for await (const batch of iterable) {
    const step = pass(askedMs)
    try {
      yield batch
      step?.end()
    } finally {
      step?.leave()
    }
    askedMs = performance.now()
  }
}
