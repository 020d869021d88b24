import type { Hello, Later, Refused, Settled, Welcome } from '@provloom/shared'
import type { Context } from '../context.ts'
import type { Link } from '../publish/link.ts'
import type { Unstored } from '../publish/sender.ts'
import { wordsOfRun } from './amiss.ts'
import { ControlFile, placeTold } from './control.ts'
import type { Control } from './control.ts'
import type { SessionFolder } from './folder.ts'
import { HeldUp } from './held-up.ts'
import { whyKept } from './outcome.ts'
import { RunLog } from './run-log.ts'

export interface StandingParts {
  readonly context: Context
  readonly folder: SessionFolder
  readonly link: Pick<Link, 'hopeless' | 'sought'>
  /** Its client says nothing, and does not ask either. */
  readonly silent: boolean
  /** A person should know. */
  readonly told: (message: string) => void
}

/** What holds a session back at its end. */
export interface Waiting {
  readonly unstored: Unstored | undefined
  readonly overflow: number
  /** Logged files that are not in the run directory yet, in words. */
  readonly files: string | undefined
}

/** How a session stands with its aggregator; and what is told of that to its clients, to a person, and in its run's log. */
export class Standing {
  readonly #parts: StandingParts
  readonly #control: ControlFile
  readonly #log = new RunLog()
  readonly #heldUp: HeldUp
  #welcome: Welcome | undefined
  #settled: Settled | undefined
  #refused: Refused | undefined
  /** Why it was not let in when it last asked. */
  #delay: string | undefined

  constructor(parts: StandingParts) {
    const { clock, timing } = parts.context
    this.#parts = parts
    this.#control = new ControlFile(parts.folder)
    this.#heldUp = new HeldUp(clock, timing)
  }

  /** It asks to be let in. */
  begin(hello: Hello): void {
    const { jobKey, ordinal, asked } = hello
    this.#control.tell({ jobKey, ordinal, asked, place: placeTold(hello) })
  }

  get welcome(): Welcome | undefined {
    return this.#welcome
  }

  get isRefused(): boolean {
    return this.#refused !== undefined
  }

  /** Not collected. What is refused for another reason is kept, and goes on being recorded. */
  get isQuiet(): boolean {
    return this.#refused?.reason === 'not-collected'
  }

  /** @param marks of its streams: the numbers below which all is in the journal */
  note(event: Welcome | Refused | Later | Settled, marks: Control['mark']): void {
    switch (event.kind) {
      case 'welcome':
        return this.#noteWelcome(event)
      case 'refused':
        return this.#noteRefusal(event)
      case 'later':
        this.#delay = event.message
        if (event.tell !== true) return
        this.#parts.told(event.message)
        return this.tell({ message: event.message })
      case 'settled':
        this.#settled = event
        for (const one of wordsOfRun(event, this.#parts.context)) this.#parts.told(one)
        return this.conclude(marks)
    }
  }

  /** For its clients. */
  tell(change: Pick<Partial<Control>, 'mark' | 'message' | 'kept'>): void {
    this.#control.tell(change)
  }

  /** @param toClients nobody reads what this process says: they say it */
  notice(code: string, message: string, toClients: boolean): void {
    if (toClients) this.#control.notice({ code, message })
    this.log(message)
  }

  /** For the log of its run. */
  log(message: string): void {
    this.#log.append(message)
  }

  /** Looks whether the aggregator can store what is sent. */
  look(unstored: Unstored | undefined): void {
    const news = this.#heldUp.look(unstored, this.#parts.link.hopeless)
    if (news === undefined) return
    this.tell({ message: news.clients })
    if (news.person !== undefined) this.#parts.told(news.person)
  }

  /** The document holds it: whoever waits in `end_run` may go on. */
  conclude(mark: Control['mark']): void {
    if (this.#settled === undefined) return
    const { runDir, status, logs, missing, absent } = this.#settled
    this.#control.tell({ state: 'ended', runDir, status, logs, missing, absent, mark })
  }

  /** Why it is not in a document. */
  reason({ unstored, overflow, files }: Waiting): string {
    const { hopeless, sought } = this.#parts.link
    const told = this.#refused?.message ?? unstored?.message ?? this.#delay ?? files ?? hopeless
    return told ?? whyKept(overflow, this.#welcome === undefined ? sought : undefined)
  }

  #noteWelcome(welcome: Welcome): void {
    const { context, told } = this.#parts
    const { runId, runDir, rank, attempt, ordinal } = welcome
    // Each is told once: a conflict is found later than the rest.
    for (const one of welcome.differences) told(one)
    this.#welcome = welcome
    this.#delay = undefined
    this.#control.tell({ runId, runDir, rank, attempt, ordinal, mark: welcome.next, message: undefined })
    this.#log.begin(runDir)
    context.tell({ kind: 'welcomed', runId, runDir })
  }

  #noteRefusal(refused: Refused): void {
    const { context, silent, told } = this.#parts
    const { reason, message } = refused
    this.#refused = refused
    // Told first: a client that finds itself quiet does not look again.
    if (!this.isQuiet || !silent) told(message)
    this.#control.tell({ state: this.isQuiet ? 'quiet' : 'refused', message })
    context.tell({ kind: 'refused', reason, message })
  }
}
