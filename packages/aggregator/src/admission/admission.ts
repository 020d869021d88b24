import type { ClosedRun } from '@provloom/rundir'
import { ProvloomError, causeOf, isAttempt, limits, protocolVersion, rankOf } from '@provloom/shared'
import type { Attempt, Hello, Rank, RefusalReason, RunId } from '@provloom/shared'
import type { Peer, Reply } from '../inbox/inbox.ts'
import { OpenRun } from '../run/open-run.ts'
import type { Surroundings } from '../run/surroundings.ts'
import type { Bystanders } from './bystanders.ts'
import { creditFor, envelopeAgeFor } from './credit.ts'
import { newcomerOf, notCollected, whatIsWrong } from './hello.ts'
import type { Presence } from './presence.ts'
import type { Registry } from './registry.ts'
import { Conversation } from './conversation.ts'
import type { Conversations } from './conversations.ts'
import { settledByFile } from './settling.ts'
import type { Settling } from './settling.ts'
import { silentTurn } from './silent.ts'
import { closedCandidate, openCandidate } from './turn-run.ts'
import type { Candidate } from './turn-run.ts'
import { turnInNamed, turnOf } from './turn.ts'
import type { Held, Turn } from './turn.ts'
import { differences } from './wishes.ts'

/** Sessions whose first hello is remembered. */
const askedMax = 65_536

export interface AdmissionRooms {
  readonly around: Surroundings
  readonly registry: Registry
  readonly conversations: Conversations
  readonly presence: Presence
  readonly bystanders: Bystanders
  readonly settling: Settling
  readonly reply: Reply
  /** Ranks that can be connected at once. */
  readonly ranksMax: number
  /** It leaves: whoever comes now asks again, and makes it stay. */
  readonly leaving: () => boolean
  /** Somebody has been let in, or not. */
  readonly onDecided: () => void
}

/** Answers hellos: who may take part, in which run, from where on. Every decision is in the journal before it is told. */
export class Admission {
  readonly #rooms: AdmissionRooms
  readonly #sinceMs: number
  /** When a session first asked: a holder that is heard after it lives. */
  readonly #askedMs = new Map<string, number>()
  /** Hellos that are being decided, by session and peer: one that is said again meanwhile is the same. */
  readonly #deciding = new Set<string>()

  constructor(rooms: AdmissionRooms) {
    this.#rooms = rooms
    this.#sinceMs = rooms.around.clock.monotonicMs()
  }

  /** Never rejects: what cannot be answered now is asked again. */
  async hello(peer: Peer, hello: Hello): Promise<void> {
    const { conversations, presence, leaving } = this.#rooms
    presence.session(hello)
    if (leaving()) return this.#later(peer, hello, 'the aggregator was about to leave')
    const ended = conversations.ended(hello.session)
    if (ended !== undefined) return this.#rooms.reply(peer, ended)
    const wrong = whatIsWrong(hello)
    if (wrong !== undefined) return this.#refuse(peer, hello, undefined, ...wrong)
    const asked = `${hello.session} ${peer.name}`
    if (this.#deciding.has(asked)) return
    this.#deciding.add(asked)
    try {
      await this.#decide(peer, hello)
    } finally {
      this.#deciding.delete(asked)
      this.#rooms.onDecided()
    }
  }

  /** Somebody is about to be let in, or not. */
  get isDeciding(): boolean {
    return this.#deciding.size > 0
  }

  /** A hello of another version of the protocol: both are told, and what to do about it. */
  foreign(peer: Peer, session: string, version: number): void {
    const message = `this aggregator speaks version ${protocolVersion} of the protocol, the agent version ${version}: install the same release of Provloom on the head node and beside the ranks, then hand in what was kept with: provloom import`
    this.#rooms.conversations.silence(session)
    this.#rooms.reply(peer, { kind: 'refused', session, reason: 'version', message })
  }

  /** Its run is gone: what it logs stays with it, and its user is told. */
  turnAway(run: OpenRun): void {
    for (const conversation of this.#rooms.conversations.of(run))
      this.#later(conversation.link, conversation.hello, run.gone ?? '', true)
  }

  /** A session that is known already: it lost our answer, or its connection. */
  #greetAgain(peer: Peer, conversation: Conversation): boolean {
    conversation.heard(peer, this.#rooms.around.clock.monotonicMs())
    if (conversation.run.gone !== undefined) {
      this.#later(peer, conversation.hello, conversation.run.gone, true)
      return true
    }
    switch (conversation.phase) {
      case 'admitting':
        return true
      case 'open':
        if (conversation.standing?.lost !== undefined) return false
        this.#welcome(conversation)
        return true
      case 'replaced':
        this.#refuse(
          peer,
          conversation.hello,
          conversation.run.facts.runId,
          'conflict',
          'another session was given the place of this one, which was not heard of for long',
        )
        return true
      case 'done':
        if (conversation.run.isOver || conversation.marks.has('flushed'))
          this.#rooms.settling.tell(conversation)
        else this.#welcome(conversation)
        return true
    }
  }

  async #decide(peer: Peer, said: Hello): Promise<void> {
    const { registry, conversations } = this.#rooms
    const known = conversations.get(said.session)
    if (known !== undefined && this.#greetAgain(peer, known)) return
    const hello = silentTurn(said, this.#rooms, this.#waitedMs(said))
    if (hello === 'elsewhere') return this.#notCollected(peer, said)
    if (hello === 'wait') return this.#later(peer, said, 'rank 0 may yet say which run this is of')
    if (registry.isPassedBy(hello)) return this.#notCollected(peer, hello)
    const turn = this.#turnFor(hello)
    if (turn === 'ended') return this.#runEnded(peer, hello, registry.turnOf(hello)?.facts.runDir)
    switch (turn.kind) {
      case 'later':
        return this.#later(peer, hello, 'its place in the run is held by a session that ends, or may be gone')
      case 'over':
        return this.#over(peer, hello, turn.run)
      case 'conflict':
        return this.#conflict(peer, hello, turn.run, turn.holder)
      case 'enters':
        if (turn.run.kind === 'open') return this.#enter(peer, hello, turn.run.run, turn.attempt, turn.lost)
        return this.#later(peer, hello, 'the run is being closed')
      case 'opens':
        if (registry.mayBegin(hello)) return this.#open(peer, hello, turn)
        return this.#later(peer, hello, 'rank 0 has not begun its run, which says whether it is collected')
      case 'reopens':
        return this.#open(peer, hello, turn)
    }
  }

  /** Since it first asked. */
  #waitedMs({ session }: Hello): number {
    const now = this.#rooms.around.clock.monotonicMs()
    const firstMs = this.#askedMs.get(session) ?? now
    if (this.#askedMs.size > askedMax) this.#askedMs.clear()
    this.#askedMs.set(session, firstMs)
    return now - firstMs
  }

  #turnFor(hello: Hello): Turn<Candidate> | 'ended' {
    const { registry, conversations, around } = this.#rooms
    const now = around.clock.monotonicMs()
    const limitsOfTurn = { livingMs: this.#waitedMs(hello), lostMs: limits.lostAfterMs }
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
    const key = registry.keyOf(hello)
    const runs = new Map<number, Candidate>()
    for (const run of [...registry.closedOf(key), ...registry.openOf(key)])
      runs.set(run.facts.ordinal, candidateOf(run))
    return turnOf(newcomer, runs, limitsOfTurn)
  }

  async #open(
    peer: Peer,
    hello: Hello,
    turn: Extract<Turn<Candidate>, { kind: 'opens' | 'reopens' }>,
  ): Promise<void> {
    const { registry } = this.#rooms
    if (registry.isFull) return this.#noRoom(peer, hello)
    const closed = turn.kind === 'reopens' ? turn.run : turn.after
    const of = closed?.kind === 'closed' ? closed.run : undefined
    const opened =
      turn.kind === 'reopens' && of !== undefined
        ? await registry.reopen(of)
        : await registry.begin(hello, turn.kind === 'opens' ? turn.ordinal : hello.ordinal, of)
    if (opened.kind === 'ended') return this.#runEnded(peer, hello, opened.runDir)
    if (opened.kind === 'not-now') {
      const { why } = opened
      const message = `its run cannot be opened${why === undefined ? ' now' : `: ${why}`}`
      return this.#later(peer, hello, message, why !== undefined)
    }
    // Others may have come first meanwhile, and this one may have asked again: what is so now decides.
    return this.#decide(peer, hello)
  }

  /** As many runs are open as may be. Where they end there is room soon; who waits for longer is told. */
  #noRoom(peer: Peer, hello: Hello): void {
    const { registry } = this.#rooms
    const message = `${registry.openCount} runs are open here, and no more may be`
    if (!registry.makesRoom) return this.#refuse(peer, hello, undefined, 'bad-hello', message)
    this.#later(peer, hello, message, this.#waitedMs(hello) > limits.drainMs)
  }

  async #enter(
    peer: Peer,
    hello: Hello,
    run: OpenRun,
    attempt: number,
    lost: Held | undefined,
  ): Promise<void> {
    const { conversations, around } = this.#rooms
    if (run.isEnding) return this.#later(peer, hello, 'the run is just being written')
    if (!run.facts.settings.collectAllProcesses && hello.rank !== 0) return this.#notCollected(peer, hello)
    if (!isAttempt(attempt))
      return this.#refuse(peer, hello, run.facts.runId, 'bad-hello', 'no attempt is left')
    const standing = run.roster.find(hello.rank, attempt)
    if (standing === undefined && run.roster.attemptCount >= limits.attemptsPerRunMax) {
      const message = `the run has ${limits.attemptsPerRunMax} attempts of ranks, and no more may come`
      return this.#refuse(peer, hello, run.facts.runId, 'bad-hello', message)
    }
    const before = conversations.holder(run, hello.rank)
    const hasEnded = standing?.ended !== undefined && standing.holder?.session === hello.session
    const conversation = new Conversation(peer, hello, {
      run,
      attempt,
      phase: hasEnded ? 'done' : 'admitting',
      nowMs: around.clock.monotonicMs(),
    })
    conversations.add(conversation)
    if (hasEnded) return this.#endedBefore(conversation)
    this.#checkDescriptors(run, run.facts.settings.collectAllProcesses ? (hello.worldSize ?? 1) : 1)
    try {
      await run.goOn()
      run.jobKeys.add(hello.jobKey)
      if (lost?.state === 'open') await this.#lose(run, hello.rank, lost.attempt)
      await this.#record(conversation)
    } catch (error) {
      // The agent says hello again. Whoever spoke for the rank still does.
      conversations.remove(conversation)
      if (before !== undefined && conversations.get(before.session) === before) conversations.add(before)
      return this.#later(peer, hello, causeOf(error), true)
    }
    conversation.phase = 'open'
    // One of an earlier attempt goes on with what is left of it, unless this one was let in because it was silent.
    const replaces = before?.attempt === attempt || lost !== undefined
    if (before !== undefined && before.session !== hello.session && before.phase === 'open' && replaces)
      before.phase = 'replaced'
    this.#askedMs.delete(hello.session)
    const { rank, host } = hello
    around.tell({ kind: 'rank-admitted', runId: run.facts.runId, rank, attempt, host })
    this.#rooms.bystanders.entered(run)
    this.#welcome(conversation)
  }

  /** All of it is in the journal, and its end: it is told so, whoever asks. Let in again it might never end. */
  #endedBefore(conversation: Conversation): void {
    const { settling } = this.#rooms
    settling.tell(conversation)
    if (!conversation.run.isOver) settling.ended(conversation.run)
  }

  async #record({ run, rank, attempt, hello }: Conversation): Promise<void> {
    const { worldSize, restartsMax, restarts, host, worker, session, startedUs } = hello
    await run.record({
      kind: 'admitted',
      time: this.#rooms.around.clock.nowUs(),
      rank,
      attempt,
      session,
      worker,
      host,
      startedUs,
      ...(hello.attempt === attempt ? {} : { told: hello.attempt }),
      ...(worldSize === undefined ? {} : { worldSize }),
      ...(restartsMax === undefined ? {} : { restartsMax }),
      ...(restarts === undefined ? {} : { restarts }),
    })
  }

  async #lose(run: OpenRun, rank: Rank, attempt: Attempt): Promise<void> {
    await run.record({ kind: 'lost', time: this.#rooms.around.clock.nowUs(), rank, attempt })
    this.#rooms.around.tell({ kind: 'rank-lost', runId: run.facts.runId, rank, attempt })
  }

  #over(peer: Peer, hello: Hello, candidate: Candidate): void {
    if (candidate.kind === 'closed') this.#rooms.reply(peer, settledByFile(candidate.run, hello.session))
  }

  #conflict(peer: Peer, hello: Hello, candidate: Candidate, held: Held): void {
    if (candidate.kind !== 'open') return
    const { run } = candidate
    const { rank, host } = hello
    const holder = this.#rooms.conversations.holder(run, rank)
    const claim = `rank ${rank}, attempt ${held.attempt}`
    const time = this.#rooms.around.clock.nowUs()
    run.record({ kind: 'conflict', time, rank, attempt: held.attempt, host }).then(
      () => {
        const at = holder === undefined ? '' : ` by a session on ${holder.hello.host}`
        const message = `${claim} is held${at}: two processes say that they are this rank, and somebody's is wrong`
        this.#refuse(peer, hello, run.facts.runId, 'conflict', message)
        if (holder !== undefined)
          this.#welcome(holder, [`${claim} is claimed by a second session, on ${host}; it was refused`])
      },
      () => {},
    )
  }

  /** ZeroMQ spins when it meets the limit of open files; every rank is one. */
  #checkDescriptors(run: OpenRun, worldSize: number): void {
    const { ranksMax } = this.#rooms
    const ranks = Math.max(worldSize, run.roster.rankCount)
    if (ranks <= ranksMax) return
    const message = `${ranks} ranks, but the limit of open files lets ${ranksMax} connect`
    const hint = 'Raise it before the aggregator starts: ulimit -n 65536'
    run.trouble.began(
      'descriptors',
      'NOT_READY',
      new ProvloomError('NOT_READY', message, { doing: 'admit ranks', hint }),
    )
  }

  #welcome(conversation: Conversation, news: readonly string[] = []): void {
    const { run, hello, rank, attempt } = conversation
    const next = run.storedOf(rank, attempt)
    const { collectAllProcesses } = run.facts.settings
    const ranks = collectAllProcesses
      ? Math.max(this.#rooms.conversations.liveCount, hello.worldSize ?? 1)
      : 1
    this.#rooms.reply(conversation.link, {
      kind: 'welcome',
      session: conversation.session,
      runId: run.facts.runId,
      runDir: run.facts.runDir,
      rank,
      attempt,
      ordinal: run.facts.ordinal,
      next,
      creditBytes: creditFor(ranks),
      envelopeAgeMs: envelopeAgeFor(ranks),
      // Told once: by rank 0, not by each of a thousand.
      differences: [...this.#differences(conversation), ...news],
    })
  }

  /** By rank 0, and which ranks are collected by whoever asks for something else than it did. */
  #differences({ run, rank, hello }: Conversation): string[] {
    const found = differences(run.facts.settings, hello.asked)
    if (rank === 0) return found.map(({ words }) => words)
    const first = this.#rooms.conversations.holder(run, rankOf(0))?.hello.asked.collectAllProcesses
    const told = first !== undefined && first === hello.asked.collectAllProcesses
    return found.filter(({ name }) => name === 'collectAllProcesses' && !told).map(({ words }) => words)
  }

  /** `collectAllProcesses` is off. What cannot be written now is asked again. */
  #notCollected(peer: Peer, hello: Hello): void {
    this.#rooms.bystanders.turnAway(hello).then(
      (runId) => this.#refuse(peer, hello, runId, 'not-collected', notCollected(hello)),
      () => {},
    )
  }

  /** It was named, and nothing is left that it could go on from: its user decides what becomes of what is logged. */
  #runEnded(peer: Peer, hello: Hello, runDir: string | undefined): void {
    const where = runDir === undefined ? '' : ` (${runDir})`
    const message = `the run ${hello.runId} that it was to join has ended${where} and cannot go on: what is logged is kept, and becomes a run of its own when it is handed in`
    this.#refuse(peer, hello, hello.runId, 'run-ended', message)
  }

  #later(peer: Peer, { session }: Hello, message: string, tell = false): void {
    this.#rooms.reply(peer, { kind: 'later', session, message, ...(tell ? { tell } : {}) })
  }

  #refuse(peer: Peer, hello: Hello, runId: RunId | undefined, reason: RefusalReason, message: string): void {
    const { conversations, around, reply } = this.#rooms
    const first = !conversations.isSilenced(hello.session)
    conversations.silence(hello.session)
    reply(peer, { kind: 'refused', session: hello.session, reason, message })
    if (first) around.tell({ kind: 'rank-refused', runId, rank: hello.rank, reason, message })
  }
}
