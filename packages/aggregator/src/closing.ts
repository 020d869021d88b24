import type { Closed } from '@provloom/rundir/entry'
import type { Registry } from './admission/registry.ts'
import type { Sessions } from './admission/session.ts'
import { Departures } from './run/departures.ts'
import type { OpenRun } from './run/open-run.ts'
import { outlookOf } from './run/outlook.ts'
import type { Surroundings } from './run/surroundings.ts'

const retryMs = 2_000

/** Ends runs: when all their ranks have ended, or when the aggregator is told to stop. */
export class Closing {
  readonly #around: Surroundings
  readonly #registry: Registry
  readonly #sessions: Sessions
  readonly #onFinished: () => void
  readonly #departures: Departures
  readonly #running = new Map<OpenRun, Promise<void>>()
  readonly #notBeforeMs = new Map<OpenRun, number>()

  constructor(around: Surroundings, registry: Registry, sessions: Sessions, onFinished: () => void) {
    this.#around = around
    this.#departures = new Departures(around.clock)
    this.#registry = registry
    this.#sessions = sessions
    this.#onFinished = onFinished
  }

  /** Notes who has left a run, so that it is known how long ago: now and then, for it looks at all ranks. */
  note(run: OpenRun): void {
    this.#departures.look(run.roster)
  }

  /** Ends the run if it is over. */
  look(run: OpenRun): void {
    if (this.#running.has(run)) return
    if ((this.#notBeforeMs.get(run) ?? 0) > this.#around.clock.monotonicMs()) return
    if (!run.roster.closed) {
      // Somebody may be about to come: what is on its way into the journal decides first.
      if (run.isRecording) return
      const outlook = outlookOf(run.roster, (state) => this.#departures.agoMs(state))
      if (outlook.kind !== 'done') return
    }
    void this.close(run, 'ranks-ended')
  }

  /** Resolves when the run is finished, or could not be finished now: it is then still open. */
  close(run: OpenRun, cause: Closed['cause']): Promise<void> {
    const running = this.#running.get(run)
    if (running !== undefined) return running
    const closing = this.#close(run, cause).finally(() => this.#running.delete(run))
    this.#running.set(run, closing)
    return closing
  }

  async #close(run: OpenRun, cause: Closed['cause']): Promise<void> {
    try {
      const files = await run.finish(cause)
      this.#sessions.endRun(run)
      await this.#registry.finished(run)
      const { runId, runDir } = run.facts
      this.#around.tell({ kind: 'run-finished', runId, runDir, summary: run.summary, files })
      this.#onFinished()
    } catch (error) {
      this.#notBeforeMs.set(run, this.#around.clock.monotonicMs() + retryMs)
      run.trouble.began('finish', 'FILE_UNWRITABLE', error)
    }
  }
}
