import type { Clock } from '@provloom/shared'
import type { EventSource, SourceWriter } from './event-source.ts'
import type { Asker, Facts, Subject } from './facts.ts'

/** What interpreter, host and repository tell of themselves when they are asked. */
export class AskedFacts implements EventSource {
  readonly #clock: Clock
  readonly #facts: Facts
  readonly #subject: Subject
  readonly #asker: Asker
  readonly #patienceMs: number
  #writer: SourceWriter | undefined
  #asked: Promise<void> = Promise.resolve()
  #stopped: Promise<void> | undefined

  /** @param patienceMs what is still being asked when the session ends gets so long */
  constructor(clock: Clock, facts: Facts, subject: Subject, asker: Asker, patienceMs: number) {
    this.#clock = clock
    this.#facts = facts
    this.#subject = subject
    this.#asker = asker
    this.#patienceMs = patienceMs
  }

  start(writer: SourceWriter): void {
    this.#writer = writer
    this.#asked = this.#facts.ask(this.#subject, this.#asker, (fact) => this.#writer?.record(fact) ?? false)
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async #stop(): Promise<void> {
    const isInTime = await new Promise<boolean>((resolve) => {
      const cancel = this.#clock.after(this.#patienceMs, () => resolve(false))
      void this.#asked.then(() => {
        cancel()
        resolve(true)
      })
    })
    const message = `facts are missing: ${this.#patienceMs / 1_000} s were not enough to ask all programs that know them`
    if (!isInTime) this.#writer?.record({ type: 'problem', code: 'FACTS', message })
    this.#writer = undefined
  }
}
