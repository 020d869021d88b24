import type { Changes } from '@provloom/reader'
import { ask, apiAddress } from './ask.ts'
import { heard, unheard } from './connection.ts'

type Listener = (changes: Changes) => void

/** So long a set of things that are watched is left to grow before it is asked for. */
const GATHER_MS = 150
const POLL_MS = 2_000
/** Streams that fail so often without a word are given up for questions. */
const FAILURES_MAX = 3

/**
 * One stream of a run's changes, for all that is on the page. What is to be watched may grow and shrink: then another stream is
 * opened, which begins with all of it. A stream that breaks is resumed by the browser behind the last cursor it has.
 */
export class Feed {
  readonly #run: string
  readonly #wanted = new Map<string, Set<Listener>>()
  #source: EventSource | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #open = ''
  #cursor: string | undefined
  #failures = 0
  #closed = false
  #ended = false

  constructor(run: string) {
    this.#run = run
  }

  /** @param item `head`, `ranks`, `events`, or `curve:...` as the API has it */
  watch(item: string, listener: Listener): () => void {
    const listeners = this.#wanted.get(item) ?? new Set()
    this.#wanted.set(item, listeners.add(listener))
    this.#gather()
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.#wanted.delete(item)
      this.#gather()
    }
  }

  close(): void {
    this.#closed = true
    this.#shut()
  }

  #shut(): void {
    this.#source?.close()
    this.#source = undefined
    clearTimeout(this.#timer)
  }

  #gather(): void {
    if (this.#closed || this.#ended) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#begin(), GATHER_MS)
  }

  #begin(): void {
    const watch = [...this.#wanted.keys()].sort().join(',')
    if (watch === this.#open && this.#source !== undefined) return
    this.#shut()
    this.#open = watch
    this.#cursor = undefined
    if (watch !== '') this.#stream(watch)
  }

  #stream(watch: string): void {
    if (this.#failures >= FAILURES_MAX) return void this.#poll(watch)
    const source = new EventSource(apiAddress('live', { run: this.#run, watch, since: this.#cursor }))
    this.#source = source
    source.addEventListener('open', () => heard())
    source.addEventListener('changes', (event) => {
      this.#failures = 0
      heard()
      this.#take(JSON.parse(String(event.data)) as Changes)
    })
    source.addEventListener('error', () => {
      this.#failures += 1
      unheard()
      // Refused, not broken: the browser does not try that again by itself.
      if (source.readyState === EventSource.CLOSED || this.#failures >= FAILURES_MAX) {
        this.#shut()
        this.#timer = setTimeout(() => this.#stream(watch), POLL_MS)
      }
    })
  }

  /** @param gone nobody answered before: then it was not the stream that does not come through */
  async #poll(watch: string, gone = false): Promise<void> {
    let isGone = false
    try {
      const address = apiAddress('changes', { run: this.#run, watch, since: this.#cursor })
      const changes = await ask<Changes>(address)
      heard()
      if (watch === this.#open) this.#take(changes)
    } catch {
      unheard()
      isGone = true
    }
    if (this.#closed || this.#ended || watch !== this.#open) return
    if (gone && !isGone) {
      this.#failures = 0
      return this.#stream(watch)
    }
    this.#timer = setTimeout(() => void this.#poll(watch, isGone), POLL_MS)
  }

  #take(changes: Changes): void {
    this.#cursor = changes.cursor
    for (const listeners of this.#wanted.values()) for (const listener of listeners) listener(changes)
    if (changes.ended !== true) return
    this.#ended = true
    this.#shut()
  }
}
