import type { Roster } from '@provloom/graph'
import { readRunFile } from '@provloom/rundir'
import type { ClosedRun } from '@provloom/rundir/internal'
import { limits, rankOf } from '@provloom/shared'
import type { Settled } from '@provloom/shared'
import type { Reply } from '../inbox/inbox.ts'
import type { Hints } from '../run/hints.ts'
import type { OpenRun } from '../run/open-run.ts'
import type { RunView } from '../run/run-view.ts'
import type { Surroundings } from '../run/surroundings.ts'
import type { Conversation } from './conversation.ts'
import type { Conversations } from './conversations.ts'

/** Ranks that end within this after one another are told together: with the whole run's end, and its pictures. */
const togetherMs = 1_000
/** The end of a rank is known a moment after it has ended: who has just ended is not told to go on. */
const heardOfMs = 100

export interface SettlingRooms {
  readonly around: Surroundings
  readonly conversations: Conversations
  readonly hints: Hints
  readonly reply: Reply
  /** A run ends when everybody in it has, and is not held open for more. */
  readonly runsEnd: boolean
}

/**
 * Tells sessions that have ended when the document on disk holds their end. Ends that are waited for go into one flush,
 * which no rest delays.
 */
export class Settling {
  readonly #rooms: SettlingRooms
  readonly #waiting = new Map<OpenRun, Promise<void>>()

  constructor(rooms: SettlingRooms) {
    this.#rooms = rooms
  }

  /** A session has ended in a run that goes on, or is just being ended. */
  ended(run: OpenRun): void {
    if (this.#waiting.has(run)) return
    const waiting = this.#settle(run).finally(() => this.#waiting.delete(run))
    this.#waiting.set(run, waiting)
  }

  /** The run has ended: everybody in it is told. */
  over(run: OpenRun): void {
    for (const conversation of this.#rooms.conversations.of(run))
      if (conversation.phase === 'done') this.tell(conversation)
  }

  /** What is so now; nothing while the document does not hold it. */
  tell(conversation: Conversation): void {
    const { run, session, rank, marks, link } = conversation
    if (!run.isOver && !marks.has('flushed')) return
    // One of many ranks says what is so of all.
    const words = rank === firstOf(run.roster) ? this.#rooms.hints.wordsFor(run) : []
    this.#rooms.reply(link, settledOf(run, session, words))
  }

  /** The document cannot be written: whoever waits for it is told why, for it may take long. */
  failed(run: OpenRun, why: string | undefined): void {
    if (why === undefined) return
    const message = `it is in the journal of ${run.facts.runDir}, and its graph cannot be written: ${why}`
    for (const conversation of this.#rooms.conversations.of(run)) {
      if (conversation.phase !== 'done' || conversation.marks.has('flushed')) continue
      const about = { session: conversation.session, stream: '', next: 0, retry: true, tell: true }
      this.#rooms.reply(conversation.link, { kind: 'rejected', ...about, message })
    }
  }

  async #settle(run: OpenRun): Promise<void> {
    if (this.#othersAreOpen(run) && !this.#othersAreClosing(run)) await this.#pause(heardOfMs)
    if (this.#othersAreClosing(run) || (this.#rooms.runsEnd && isAboutToEnd(run)))
      await this.#pause(togetherMs)
    if (run.isOver || run.isEnding) return
    const ended = this.#rooms.conversations
      .of(run)
      .filter((one) => one.phase === 'done' && !one.marks.has('flushed'))
    if (ended.length === 0) return
    if (!(await run.flushNow())) return this.failed(run, run.unflushed)
    for (const conversation of ended) {
      conversation.marks.add('flushed')
      this.tell(conversation)
    }
    // Those that ended meanwhile have a flush of their own.
    if (this.#rooms.conversations.of(run).some((one) => one.phase === 'done' && !one.marks.has('flushed')))
      queueMicrotask(() => this.ended(run))
  }

  #othersAreOpen(run: OpenRun): boolean {
    return this.#rooms.conversations.of(run).some((one) => one.phase === 'open')
  }

  #othersAreClosing(run: OpenRun): boolean {
    return this.#rooms.conversations.of(run).some((one) => one.phase === 'open' && one.closing)
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#rooms.around.clock.after(delayMs, resolve)
    })
  }
}

/** Everybody has ended: the run's end, which is only looked at again when the journal is at rest, tells them all. */
function isAboutToEnd({ roster, isEnding, isOver }: RunView): boolean {
  return !isEnding && !isOver && goingOn(roster).length + notHere(roster).length === 0
}

/** @param words that its user is told of the run as a whole */
export function settledOf(run: RunView, session: string, words: readonly string[] = []): Settled {
  const { roster, facts, summary } = run
  return {
    kind: 'settled',
    session,
    runDir: facts.runDir,
    ended: roster.closed,
    status: summary.status,
    logs: roster.logs,
    missing: roster.closed ? [] : goingOn(roster),
    absent: roster.closed ? [] : notHere(roster),
    told: words.slice(0, limits.wordsToldMax),
  }
}

/** Of as many as are looked at. */
function firstOf(roster: Roster): number {
  return Math.min(...[...roster.latest()].slice(0, limits.missingRanksMax).map(({ rank }): number => rank))
}

function goingOn(roster: Roster): number[] {
  const found = [...roster.latest()].filter((one) => one.ended === undefined).map(({ rank }): number => rank)
  return found.sort((a, b) => a - b).slice(0, limits.missingRanksMax)
}

/** Those of the known world that have not come yet. */
function notHere(roster: Roster): number[] {
  const found: number[] = []
  const known = roster.expectedRanks === Infinity ? 0 : roster.expectedRanks
  for (let rank = 0; rank < known && found.length < limits.missingRanksMax; rank++)
    if (roster.lastOf(rankOf(rank)) === undefined) found.push(rank)
  return found
}

/** Of a run that is closed, from its own file. */
export function settledByFile(run: ClosedRun, session: string): Settled {
  const { runDir } = run.facts
  let logs = 0
  try {
    logs = readRunFile(runDir).logs
  } catch {
    // Moved away since: how many they were is only for a line to a person.
  }
  const { status } = run
  return { kind: 'settled', session, runDir, ended: true, status, logs, missing: [], absent: [], told: [] }
}
