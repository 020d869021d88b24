import type { ClosedRun } from '@provloom/rundir/internal'
import { limits } from '@provloom/shared'
import type { Hello } from '@provloom/shared'
import type { Peer, Reply } from '../inbox/inbox.ts'
import { OpenRun } from '../run/open-run.ts'
import type { Surroundings } from '../run/surroundings.ts'
import type { Answers } from './answers.ts'
import type { Asking } from './asking.ts'
import type { Bystanders } from './bystanders.ts'
import type { Conversation } from './conversation.ts'
import type { Conversations } from './conversations.ts'
import type { Entrance } from './entrance.ts'
import { newcomerOf, notCollected, whatIsWrong } from './hello.ts'
import type { Opener } from './opener.ts'
import type { Presence } from './presence.ts'
import type { Registry } from './registry.ts'
import { settledByFile } from './settling.ts'
import type { Settling } from './settling.ts'
import { silentTurn } from './silent.ts'
import { closedCandidate, openCandidate } from './turn-run.ts'
import type { Candidate } from './turn-run.ts'
import { turnInNamed, turnOf } from './turn.ts'
import type { Held, Turn } from './turn.ts'

export interface AdmissionRooms {
  readonly around: Surroundings
  readonly registry: Registry
  readonly opener: Opener
  readonly conversations: Conversations
  readonly presence: Presence
  readonly bystanders: Bystanders
  readonly settling: Settling
  readonly asking: Asking
  readonly answers: Answers
  readonly entrance: Entrance
  readonly reply: Reply
  /** It leaves: whoever comes now asks again, and makes it stay. */
  readonly leaving: () => boolean
}

/** Decides about hellos: who may take part, and in which run. Every decision is in the journal before it is told. */
export class Admission {
  readonly #rooms: AdmissionRooms
  readonly #sinceMs: number

  constructor(rooms: AdmissionRooms) {
    this.#rooms = rooms
    this.#sinceMs = rooms.around.clock.monotonicMs()
  }

  /** Never rejects: what cannot be answered now is asked again. */
  async hello(peer: Peer, hello: Hello): Promise<void> {
    const { conversations, presence, answers, asking, reply, leaving } = this.#rooms
    presence.session(hello)
    if (leaving()) return answers.later(peer, hello, 'the aggregator was about to leave')
    const ended = conversations.ended(hello.session)
    if (ended !== undefined) return reply(peer, ended)
    const wrong = whatIsWrong(hello)
    if (wrong !== undefined) return answers.refuse(peer, hello, undefined, ...wrong)
    await asking.once(peer, hello, () => this.#decide(peer, hello))
  }

  /** Its run is gone: what it logs stays with it, and its user is told. */
  turnAway(run: OpenRun): void {
    const { conversations, answers } = this.#rooms
    for (const { link, hello } of conversations.of(run)) answers.later(link, hello, run.gone ?? '', true)
  }

  /** A session that is known already: it lost our answer, or its link. @returns whether that is all */
  #greetAgain(peer: Peer, conversation: Conversation): boolean {
    const { around, answers, settling } = this.#rooms
    const { run, hello } = conversation
    conversation.heard(peer, around.clock.monotonicMs())
    conversation.marks.delete('away')
    if (run.gone !== undefined) {
      answers.later(peer, hello, run.gone, true)
      return true
    }
    switch (conversation.phase) {
      case 'admitting':
        return true
      case 'open':
        if (conversation.standing?.lost !== undefined) return false
        answers.welcome(conversation)
        return true
      case 'replaced': {
        const message = 'another session was given the place of this one, which was not heard of for long'
        answers.refuse(peer, hello, run.facts.runId, 'conflict', message)
        return true
      }
      case 'done':
        if (run.isOver || conversation.marks.has('flushed')) settling.tell(conversation)
        else answers.welcome(conversation)
        return true
    }
  }

  async #decide(peer: Peer, said: Hello): Promise<void> {
    const { registry, conversations, answers, asking } = this.#rooms
    const known = conversations.get(said.session)
    if (known !== undefined && this.#greetAgain(peer, known)) return
    const hello = silentTurn(said, this.#rooms, asking.waitedMs(said))
    if (hello === 'elsewhere') return this.#notCollected(peer, said)
    if (hello === 'wait') return answers.later(peer, said, 'rank 0 may yet say which run this is of')
    if (registry.isPassedBy(hello)) return this.#notCollected(peer, hello)
    const turn = this.#turnFor(hello)
    if (turn === 'ended') return answers.runEnded(peer, hello, registry.turnOf(hello)?.facts.runDir)
    switch (turn.kind) {
      case 'later':
        return answers.later(
          peer,
          hello,
          'its place in the run is held by a session that ends, or may be gone',
        )
      case 'over':
        return this.#over(peer, hello, turn.run)
      case 'conflict':
        return this.#conflict(peer, hello, turn.run, turn.holder)
      case 'enters':
        return this.#enter(peer, hello, turn)
      case 'opens':
        if (registry.mayBegin(hello)) return this.#open(peer, hello, turn)
        return answers.later(peer, hello, 'rank 0 has not begun its run, which says whether it is collected')
      case 'reopens':
        return this.#open(peer, hello, turn)
    }
  }

  #turnFor(hello: Hello): Turn<Candidate> | 'ended' {
    const { registry, conversations, around, asking } = this.#rooms
    const now = around.clock.monotonicMs()
    const limitsOfTurn = { livingMs: asking.waitedMs(hello), lostMs: limits.lostAfterMs }
    const candidateOf = (run: OpenRun | ClosedRun): Candidate =>
      run instanceof OpenRun ? openCandidate(run, conversations, now, this.#sinceMs) : closedCandidate(run)
    const newcomer = newcomerOf(hello)
    const former = hello.admitted === undefined ? undefined : registry.get(hello.admitted)
    if (former !== undefined && !(former instanceof OpenRun)) {
      const run = candidateOf(former)
      // Stopped before it had ended: it goes on where it was.
      return former.reopenable ? { kind: 'reopens', run, attempt: hello.attempt } : { kind: 'over', run }
    }
    const named = hello.runId === undefined ? undefined : registry.get(hello.runId)
    if (named !== undefined) return turnInNamed(newcomer, candidateOf(named), limitsOfTurn)
    if (hello.runId !== undefined)
      return { kind: 'opens', ordinal: hello.ordinal, attempt: hello.attempt, after: undefined }
    const runs = new Map<number, Candidate>()
    for (const run of registry.namedLike(hello)) runs.set(run.facts.ordinal, candidateOf(run))
    return turnOf(newcomer, runs, limitsOfTurn)
  }

  async #open(
    peer: Peer,
    hello: Hello,
    turn: Extract<Turn<Candidate>, { kind: 'opens' | 'reopens' }>,
  ): Promise<void> {
    const { opener, answers } = this.#rooms
    if (opener.isFull) return this.#noRoom(peer, hello)
    const closed = turn.kind === 'reopens' ? turn.run : turn.after
    const of = closed?.kind === 'closed' ? closed.run : undefined
    const opened =
      turn.kind === 'reopens' && of !== undefined
        ? await opener.reopen(of)
        : await opener.begin(hello, turn.kind === 'opens' ? turn.ordinal : hello.ordinal, of)
    if (opened.kind === 'ended') return answers.runEnded(peer, hello, opened.runDir)
    if (opened.kind === 'not-now') {
      const { why } = opened
      const message = `its run cannot be opened${why === undefined ? ' now' : `: ${why}`}`
      return answers.later(peer, hello, message, why !== undefined)
    }
    // Others may have come first meanwhile, and this one may have asked again: what is so now decides.
    return this.#decide(peer, hello)
  }

  /** As many runs are open as may be. Where they end there is room soon; who waits for longer is told. */
  #noRoom(peer: Peer, hello: Hello): void {
    const { opener, answers, asking } = this.#rooms
    const message = `${opener.openCount} runs are open here, and no more may be`
    if (!opener.makesRoom) return answers.refuse(peer, hello, undefined, 'bad-hello', message)
    answers.later(peer, hello, message, asking.waitedMs(hello) > limits.drainMs)
  }

  async #enter(
    peer: Peer,
    hello: Hello,
    { run: candidate, attempt, lost }: Extract<Turn<Candidate>, { kind: 'enters' }>,
  ): Promise<void> {
    const { answers, entrance } = this.#rooms
    if (candidate.kind === 'closed') return answers.later(peer, hello, 'the run is being closed')
    const { run } = candidate
    if (run.isEnding) return answers.later(peer, hello, 'the run is just being written')
    if (!run.facts.settings.collectAllProcesses && hello.rank !== 0) return this.#notCollected(peer, hello)
    return entrance.enter(peer, hello, run, attempt, lost)
  }

  #over(peer: Peer, hello: Hello, candidate: Candidate): void {
    if (candidate.kind === 'closed') this.#rooms.reply(peer, settledByFile(candidate.run, hello.session))
  }

  #conflict(peer: Peer, hello: Hello, candidate: Candidate, held: Held): void {
    if (candidate.kind !== 'open') return
    const { around, answers, conversations } = this.#rooms
    const { run } = candidate
    const { rank, host } = hello
    const { attempt } = held
    const holder = conversations.holder(run, rank)
    const claim = `rank ${rank}, attempt ${attempt}`
    run.record({ kind: 'conflict', time: around.clock.nowUs(), rank, attempt, host }).then(
      () => {
        const at = holder === undefined ? '' : ` by a session on ${holder.hello.host}`
        const message = `${claim} is held${at}: two processes say that they are this rank, and somebody's is wrong`
        answers.refuse(peer, hello, run.facts.runId, 'conflict', message)
        if (holder !== undefined)
          answers.welcome(holder, [`${claim} is claimed by a second session, on ${host}; it was refused`])
      },
      () => {},
    )
  }

  /** `collectAllProcesses` is off. What cannot be written now is asked again. */
  #notCollected(peer: Peer, hello: Hello): void {
    const { bystanders, answers } = this.#rooms
    bystanders.turnAway(hello).then(
      (runId) => answers.refuse(peer, hello, runId, 'not-collected', notCollected(hello)),
      () => {},
    )
  }
}
