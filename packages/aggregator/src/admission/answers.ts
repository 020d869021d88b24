import { protocolVersion, rankOf } from '@provloom/shared'
import type { Hello, RefusalReason, RunId } from '@provloom/shared'
import type { Peer, Reply } from '../inbox/inbox.ts'
import type { Surroundings } from '../run/surroundings.ts'
import type { Conversation } from './conversation.ts'
import type { Conversations } from './conversations.ts'
import { creditFor, envelopeAgeFor } from './credit.ts'
import type { Watches } from './watches.ts'
import { differences } from './wishes.ts'

/** Refused sessions that are remembered. One that is forgotten says hello again and is refused again. */
const refusedMax = 65_536

export interface AnswersRooms {
  readonly around: Surroundings
  readonly conversations: Conversations
  readonly watches: Watches<Conversation>
  readonly reply: Reply
}

/** What is said to sessions that ask to be let in, and which of them are to be quiet. */
export class Answers {
  readonly #rooms: AnswersRooms
  readonly #refused = new Set<string>()

  constructor(rooms: AnswersRooms) {
    this.#rooms = rooms
  }

  /** Only its heartbeats are answered. */
  wasRefused(session: string): boolean {
    return this.#refused.has(session)
  }

  welcome(conversation: Conversation, news: readonly string[] = []): void {
    const { conversations, watches, reply } = this.#rooms
    const { run, session, hello, rank, attempt, link } = conversation
    const { runId, runDir, ordinal, settings } = run.facts
    const ranks = settings.collectAllProcesses ? Math.max(conversations.liveCount, hello.worldSize ?? 1) : 1
    reply(link, {
      kind: 'welcome',
      session,
      runId,
      runDir,
      rank,
      attempt,
      ordinal,
      next: run.storedOf(rank, attempt),
      creditBytes: creditFor(ranks),
      envelopeAgeMs: envelopeAgeFor(ranks),
      ...(watches.isGranted(conversation) ? { watch: true } : {}),
      // Told once: by rank 0, not by each of a thousand.
      differences: [...this.#differences(conversation), ...news],
    })
  }

  /** Not now: it asks again. */
  later(peer: Peer, { session }: Hello, message: string, tell = false): void {
    this.#rooms.reply(peer, { kind: 'later', session, message, ...(tell ? { tell } : {}) })
  }

  refuse(peer: Peer, hello: Hello, runId: RunId | undefined, reason: RefusalReason, message: string): void {
    const { session, rank } = hello
    const first = !this.#refused.has(session)
    this.#silence(session)
    this.#rooms.reply(peer, { kind: 'refused', session, reason, message })
    if (first) this.#rooms.around.tell({ kind: 'rank-refused', runId, rank, reason, message })
  }

  /** A hello of another version of the protocol: both are told, and what to do about it. */
  foreign(peer: Peer, session: string, version: number): void {
    const message = `this aggregator speaks version ${protocolVersion} of the protocol, the agent version ${version}: install the same release of Provloom on the head node and beside the ranks, then hand in what was kept with: provloom import`
    this.#silence(session)
    this.#rooms.reply(peer, { kind: 'refused', session, reason: 'version', message })
  }

  /** It was named, and nothing is left that it could go on from: its user decides what becomes of what is logged. */
  runEnded(peer: Peer, hello: Hello, runDir: string | undefined): void {
    const where = runDir === undefined ? '' : ` (${runDir})`
    const message = `the run ${hello.runId} that it was to join has ended${where} and cannot go on: what is logged is kept, and becomes a run of its own when it is handed in`
    this.refuse(peer, hello, hello.runId, 'run-ended', message)
  }

  #silence(session: string): void {
    if (this.#refused.size >= refusedMax) this.#refused.clear()
    this.#refused.add(session)
  }

  /** By rank 0, and which ranks are collected by whoever asks for something else than it did. */
  #differences({ run, rank, hello }: Conversation): string[] {
    // It has asked for nothing.
    if (hello.silent === true) return []
    const found = differences(run.facts.settings, hello.asked)
    if (rank === 0) return found.map(({ words }) => words)
    const first = this.#rooms.conversations.holder(run, rankOf(0))?.hello.asked.collectAllProcesses
    const told = first !== undefined && first === hello.asked.collectAllProcesses
    return found.filter(({ name }) => name === 'collectAllProcesses' && !told).map(({ words }) => words)
  }
}
