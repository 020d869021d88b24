import { ProvloomError, causeOf, isAttempt, limits } from '@provloom/shared'
import type { Attempt, Hello, Rank } from '@provloom/shared'
import type { Peer } from '../inbox/inbox.ts'
import type { OpenRun } from '../run/open-run.ts'
import type { Surroundings } from '../run/surroundings.ts'
import { Trouble } from '../run/trouble.ts'
import type { Answers } from './answers.ts'
import type { Asking } from './asking.ts'
import type { Bystanders } from './bystanders.ts'
import { Conversation } from './conversation.ts'
import type { Conversations } from './conversations.ts'
import type { Settling } from './settling.ts'
import type { Held } from './turn.ts'

export interface EntranceRooms {
  readonly around: Surroundings
  readonly conversations: Conversations
  readonly answers: Answers
  readonly asking: Asking
  readonly bystanders: Bystanders
  readonly settling: Settling
  /** Ranks that can be connected at once. */
  readonly ranksMax: number
}

/** Lets sessions into the runs that are theirs. Nobody is welcomed before the journal has it. */
export class Entrance {
  readonly #rooms: EntranceRooms
  /** Runs of more ranks than can be connected: it is told once. */
  readonly #crowded = new WeakSet<OpenRun>()

  constructor(rooms: EntranceRooms) {
    this.#rooms = rooms
  }

  /**
   * @param attempt its place in the run is its rank in this attempt
   * @param lost whose place it is given, being silent for long
   */
  async enter(
    peer: Peer,
    hello: Hello,
    run: OpenRun,
    attempt: number,
    lost: Held | undefined,
  ): Promise<void> {
    const { conversations, answers, around } = this.#rooms
    const { runId } = run.facts
    if (!isAttempt(attempt)) return answers.refuse(peer, hello, runId, 'bad-hello', 'no attempt is left')
    const standing = run.roster.find(hello.rank, attempt)
    if (standing === undefined && run.roster.attemptCount >= limits.attemptsPerRunMax) {
      const message = `the run has ${limits.attemptsPerRunMax} attempts of ranks, and no more may come`
      return answers.refuse(peer, hello, runId, 'bad-hello', message)
    }
    const before = conversations.holder(run, hello.rank)
    const hasEnded = standing?.ended !== undefined && standing.holder?.session === hello.session
    const phase = hasEnded ? 'done' : 'admitting'
    const nowMs = around.clock.monotonicMs()
    const conversation = new Conversation(peer, hello, { run, attempt, phase, nowMs })
    conversations.add(conversation)
    if (hasEnded) return this.#endedBefore(conversation)
    this.#checkDescriptors(run, run.facts.settings.collectAllProcesses ? (hello.worldSize ?? 1) : 1)
    try {
      await run.goOn()
      if (lost?.state === 'open') await this.#lose(run, hello.rank, lost.attempt)
      await this.#record(conversation)
    } catch (error) {
      // The agent says hello again. Whoever spoke for the rank still does.
      conversations.remove(conversation)
      if (before !== undefined && conversations.get(before.session) === before) conversations.add(before)
      return answers.later(peer, hello, causeOf(error), true)
    }
    // One of an earlier attempt goes on with what is left of it, unless this one was let in because it was silent.
    const replaces = before?.attempt === attempt || lost !== undefined
    this.#welcome(conversation, replaces ? before : undefined)
  }

  #welcome(conversation: Conversation, replaced: Conversation | undefined): void {
    const { asking, around, bystanders, answers } = this.#rooms
    const { run, hello, rank, attempt } = conversation
    conversation.phase = 'open'
    if (replaced?.phase === 'open' && replaced.session !== hello.session) replaced.phase = 'replaced'
    asking.answered(hello)
    around.tell({ kind: 'rank-admitted', runId: run.facts.runId, rank, attempt, host: hello.host })
    bystanders.entered(run)
    answers.welcome(conversation)
  }

  /** All of it is in the journal, and its end: it is told so, whoever asks. Let in again it might never end. */
  #endedBefore(conversation: Conversation): void {
    const { settling } = this.#rooms
    settling.tell(conversation)
    if (!conversation.run.isOver) settling.ended(conversation.run)
  }

  async #record({ run, rank, attempt, hello }: Conversation): Promise<void> {
    const { worldSize, restartsMax, restarts, host, hostId, worker, session, startedUs } = hello
    await run.record({
      kind: 'admitted',
      time: this.#rooms.around.clock.nowUs(),
      rank,
      attempt,
      session,
      worker,
      host,
      hostId,
      startedUs,
      ...(hello.attempt === attempt ? {} : { told: hello.attempt }),
      ...(worldSize === undefined ? {} : { worldSize }),
      ...(restartsMax === undefined ? {} : { restartsMax }),
      ...(restarts === undefined ? {} : { restarts }),
    })
  }

  async #lose(run: OpenRun, rank: Rank, attempt: Attempt): Promise<void> {
    const { around } = this.#rooms
    await run.record({ kind: 'lost', time: around.clock.nowUs(), rank, attempt })
    around.tell({ kind: 'rank-lost', runId: run.facts.runId, rank, attempt })
  }

  /** ZeroMQ spins when it meets the limit of open files; every rank is one. */
  #checkDescriptors(run: OpenRun, worldSize: number): void {
    const { ranksMax, around } = this.#rooms
    const ranks = Math.max(worldSize, run.roster.rankCount)
    if (ranks <= ranksMax || this.#crowded.has(run)) return
    this.#crowded.add(run)
    const message = `${ranks} ranks, but the limit of open files lets ${ranksMax} connect`
    const hint = 'Raise it before the aggregator starts: ulimit -n 65536'
    const error = new ProvloomError('OPEN_FILES', message, { doing: 'admit ranks', hint })
    new Trouble(around.tell, run.facts.runId).began('descriptors', error)
  }
}
