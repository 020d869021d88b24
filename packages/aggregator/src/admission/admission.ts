import { ProvloomError, limits, protocolVersion } from '@provloom/shared'
import type { Hello, RefusalReason, RunId } from '@provloom/shared'
import type { Peer, Reply } from '../inbox/inbox.ts'
import type { OpenRun } from '../run/open-run.ts'
import type { Surroundings } from '../run/surroundings.ts'
import { Contests } from './contest.ts'
import type { Challenger, Verdict } from './contest.ts'
import { creditFor, envelopeAgeFor } from './credit.ts'
import { jobOf } from './registry.ts'
import type { Registry } from './registry.ts'
import { placeOf, standingOf } from './session.ts'
import type { Session, Sessions } from './session.ts'
import { TurnedAway } from './turned-away.ts'
import { differences } from './wishes.ts'

/** More ranks than any machine has; a larger world size is a mistake. */
const worldSizeMax = 2 ** 24

export interface AdmissionParts {
  readonly around: Surroundings
  readonly registry: Registry
  readonly sessions: Sessions
  readonly reply: Reply
  /** Ranks that can be connected at once. */
  readonly ranksMax: number
}

/** Answers hellos: who may take part, in which run, from where on. Every decision is in the journal before it is told. */
export class Admission {
  readonly #parts: AdmissionParts
  readonly #contests: Contests
  readonly #turnedAway = new TurnedAway()

  constructor(parts: AdmissionParts) {
    this.#parts = parts
    this.#contests = new Contests(parts.around.clock, parts.around.host)
  }

  /** Never rejects: what cannot be answered now is asked again. */
  async hello(peer: Peer, hello: Hello): Promise<void> {
    const known = this.#parts.sessions.get(hello.session)
    if (known !== undefined && this.#greetAgain(peer, known)) return
    if (this.#parts.sessions.hasEnded(hello.session)) {
      return this.#refuse(peer, hello, hello.runId, 'run-ended', 'the run has ended')
    }
    const wrong = whatIsWrong(hello)
    if (wrong !== undefined) return this.#refuse(peer, hello, undefined, ...wrong)
    const look = await this.#parts.registry.runFor(hello)
    switch (look.kind) {
      case 'later':
        return
      case 'ended':
        return this.#refuse(peer, hello, hello.runId, 'run-ended', 'the run has ended')
      case 'unclear': {
        const message = 'several jobs are open and this rank names none: give it a --job-key'
        return this.#refuse(peer, hello, undefined, 'bad-hello', message)
      }
      case 'not-collected':
        this.#turnedAway.note(jobOf(hello), hello.rank)
        return this.#refuse(peer, hello, undefined, 'not-collected', notCollected(hello))
      case 'full': {
        const message = `${look.runs} runs are open here, and no more may be`
        return this.#refuse(peer, hello, undefined, 'bad-hello', message)
      }
      case 'run':
        this.#recordTurnedAway(look.run, jobOf(hello))
        return this.#enter({ hello, run: look.run, peer })
    }
  }

  /** A hello of another version of the protocol: both are told, and what to do about it. */
  foreign(peer: Peer, session: string, version: number): void {
    const message = `this aggregator speaks version ${protocolVersion} of the protocol, the agent version ${version}: install the same release of Provloom on the head node and beside the ranks, then hand in what was kept with: provloom import`
    this.#parts.sessions.silence(session)
    this.#parts.reply(peer, { kind: 'refused', session, reason: 'version', message })
  }

  /** Decides contests that are due. */
  tick(): void {
    for (const verdict of this.#contests.decided()) this.#settle(verdict)
  }

  /** A session that is known already: it lost our answer, or its connection. */
  #greetAgain(peer: Peer, session: Session): boolean {
    session.peer = peer
    session.heardMs = this.#parts.around.clock.monotonicMs()
    switch (session.phase) {
      case 'admitting':
        return true
      case 'open':
        if (standingOf(session)?.lost !== undefined) return false
        this.#welcome(session)
        return true
      case 'replaced':
        this.#refuse(
          peer,
          session.hello,
          session.run.facts.runId,
          'conflict',
          'another agent speaks for this rank',
        )
        return true
      case 'done':
        return false
    }
  }

  #enter(challenger: Challenger): void {
    const { hello, run, peer } = challenger
    if (run.isEnding) {
      // A rank that is not collected is told that, however late it comes: it has nothing to keep.
      const collected = run.facts.settings.collectAllProcesses || hello.rank === 0
      if (!collected) return this.#refuse(peer, hello, run.facts.runId, 'not-collected', notCollected(hello))
      return this.#refuse(peer, hello, run.facts.runId, 'run-ended', 'the run is ending')
    }
    if (!run.facts.settings.collectAllProcesses && hello.rank !== 0) return this.#turnAway(challenger)
    if (
      run.roster.find(hello.rank, hello.attempt) === undefined &&
      run.roster.attemptCount >= limits.attemptsPerRunMax
    ) {
      const message = `the run has ${limits.attemptsPerRunMax} attempts of ranks, and no more may come`
      return this.#refuse(peer, hello, run.facts.runId, 'bad-hello', message)
    }
    const holder = this.#parts.sessions.of(placeOf({ run, rank: hello.rank, attempt: hello.attempt }))
    const contested =
      holder !== undefined &&
      holder.id !== hello.session &&
      (holder.phase === 'open' || holder.phase === 'admitting')
    if (!contested) return void this.#admit(challenger)
    const verdict = this.#contests.enter(holder, challenger)
    if (verdict !== undefined) this.#settle(verdict)
  }

  #settle(verdict: Verdict): void {
    const { hello, run, peer } = verdict.challenger
    if (run.isEnding) return
    if (verdict.kind === 'takes-over') return void this.#admit(verdict.challenger)
    const { holder } = verdict
    const claim = `rank ${hello.rank}, attempt ${hello.attempt}`
    const entry = {
      kind: 'conflict',
      time: this.#parts.around.clock.nowUs(),
      rank: hello.rank,
      attempt: hello.attempt,
      host: hello.host,
    } as const
    run.record(entry).then(
      () => {
        this.#refuse(
          peer,
          hello,
          run.facts.runId,
          'conflict',
          `${claim} is taken by an agent on ${holder.hello.host}`,
        )
        this.#welcome(holder, [`${claim} is claimed by a second agent, on ${hello.host}; it was refused`])
      },
      () => {},
    )
  }

  async #admit({ hello, run, peer }: Challenger): Promise<void> {
    const { around, sessions } = this.#parts
    const { rank, attempt, host } = hello
    const before = sessions.of(placeOf({ run, rank, attempt }))
    const session: Session = {
      id: hello.session,
      hello,
      peer,
      run,
      rank,
      attempt,
      phase: 'admitting',
      heardMs: around.clock.monotonicMs(),
      told: new Set(),
    }
    sessions.add(session)
    this.#checkDescriptors(run, run.facts.settings.collectAllProcesses ? (hello.worldSize ?? 1) : 1)
    try {
      await run.record({
        kind: 'admitted',
        time: around.clock.nowUs(),
        rank,
        attempt,
        session: hello.session,
        host,
        ...(hello.worldSize === undefined ? {} : { worldSize: hello.worldSize }),
        ...(hello.restartsMax === undefined ? {} : { restartsMax: hello.restartsMax }),
      })
    } catch {
      // The journal's trouble has been told; the agent says hello again. Whoever spoke for the rank still does.
      sessions.remove(session)
      if (before !== undefined && sessions.get(before.id) === before) sessions.add(before)
      return
    }
    session.phase = 'open'
    if (before !== undefined && before.id !== hello.session) before.phase = 'replaced'
    around.tell({ kind: 'rank-admitted', runId: run.facts.runId, rank, attempt, host })
    this.#welcome(session)
  }

  /** ZeroMQ spins when it meets the limit of open files; every rank is one. */
  #checkDescriptors(run: OpenRun, worldSize: number): void {
    const { ranksMax } = this.#parts
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

  #welcome(session: Session, news: readonly string[] = []): void {
    const { run, hello } = session
    const next = run.storedOf(session.rank, session.attempt)
    const { collectAllProcesses } = run.facts.settings
    const ranks = collectAllProcesses ? Math.max(this.#parts.sessions.liveCount, hello.worldSize ?? 1) : 1
    this.#parts.reply(session.peer, {
      kind: 'welcome',
      session: session.id,
      runId: run.facts.runId,
      runDir: run.facts.runDir,
      rank: hello.rank,
      attempt: hello.attempt,
      ordinal: 0,
      next,
      creditBytes: creditFor(ranks),
      envelopeAgeMs: envelopeAgeFor(ranks),
      // Told once: by rank 0, not by each of a thousand.
      differences: [...(hello.rank === 0 ? differences(run.facts.settings, hello.asked) : []), ...news],
    })
  }

  /** `collectAllProcesses` is off. */
  #turnAway({ hello, run, peer }: Challenger): void {
    const answer = (): void =>
      this.#refuse(peer, hello, run.facts.runId, 'not-collected', notCollected(hello))
    if (run.roster.refused.has(hello.rank) || run.roster.refused.size >= limits.attemptsPerRunMax)
      return answer()
    const time = this.#parts.around.clock.nowUs()
    run.record({ kind: 'refusal', time, rank: hello.rank }).then(answer, () => {})
  }

  /** Ranks that came before the run was there are in its ledger too. */
  #recordTurnedAway(run: OpenRun, job: string): void {
    if (run.facts.settings.collectAllProcesses || run.isEnding) return
    const time = this.#parts.around.clock.nowUs()
    for (const rank of this.#turnedAway.take(job)) {
      if (run.roster.refused.has(rank)) continue
      // Its trouble is told by the journal; the count alone would then be short.
      run.record({ kind: 'refusal', time, rank }).catch(() => {})
    }
  }

  #refuse(peer: Peer, hello: Hello, runId: RunId | undefined, reason: RefusalReason, message: string): void {
    const { sessions, around, reply } = this.#parts
    const first = !sessions.isSilenced(hello.session)
    sessions.silence(hello.session)
    reply(peer, { kind: 'refused', session: hello.session, reason, message })
    if (first) around.tell({ kind: 'rank-refused', runId, rank: hello.rank, reason, message })
  }
}

function notCollected({ rank }: Hello): string {
  return `only rank 0 is collected (collectAllProcesses is off); rank ${rank} is not recorded`
}

function whatIsWrong(hello: Hello): [RefusalReason, string] | undefined {
  const { rank, worldSize } = hello
  if (rank >= worldSizeMax) return ['bad-hello', `rank ${rank} is more than any job has`]
  if (worldSize === undefined) return undefined
  if (worldSize < 1 || worldSize > worldSizeMax) return ['bad-hello', `a world of ${worldSize} ranks`]
  if (rank >= worldSize) {
    return [
      'bad-hello',
      `rank ${rank} is out of range: the job has ${worldSize} ranks, 0 to ${worldSize - 1}`,
    ]
  }
  return undefined
}
