import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Connection, RunId } from '@provloom/shared'
import { effort, seedOf } from '../../../test/support/effort.ts'
import { ManualClock } from './support/clock.ts'
import { TestHouse } from './support/house.ts'
import { rankEnd } from './support/peer.ts'
import type { Peer } from './support/peer.ts'

/** What happens next: a rank begins or ends a session, or the aggregator is stopped and started; and how long nothing does. */
interface Step {
  readonly who: number | 'aggregator'
  readonly afterMs: number
}

/** Less than a heartbeat is waited for, and more than 60 s after which a run without an absent rank ends. */
const pauses = [0, 0, 0, 3_000, 16_000, 64_000, 76_000, 76_000]
const heartbeatMs = 4_000

interface Open {
  readonly peer: Peer
  readonly name: string
  readonly runId: RunId
  readonly attempt: number
  readonly ordinal: number
}

/** One process of the job, with its agent: its sessions are the plan's, one after the other. */
class Worker {
  readonly rank: number
  readonly places: string[] = []
  readonly #job: Job
  readonly #counts = new Map<string, number>()
  #begun = 0
  #ear: Peer | undefined
  #open: Open | undefined

  constructor(job: Job, rank: number) {
    this.#job = job
    this.rank = rank
  }

  get done(): boolean {
    return this.#open === undefined && this.#begun === this.#job.plan.length
  }

  async act(): Promise<void> {
    if (this.#open !== undefined) return this.#end(this.#open)
    const name = this.#job.plan[this.#begun]
    if (name === undefined) return
    const ordinal = this.#counts.get(name) ?? 0
    this.#counts.set(name, ordinal + 1)
    const session = `${this.rank}-${this.#begun++}`
    await this.#hello(session, name, ordinal)
    expect(this.#open!.ordinal, `${session} is in the run that its rank counts`).toBe(ordinal)
    this.#job.enters(name, this.#open!)
    this.places.push(`${this.#open!.runId} ${this.rank} ${this.#open!.attempt}`)
  }

  /** The aggregator is another one: who was in a run is in it still. */
  async greetAgain(): Promise<void> {
    this.#ear = undefined
    const open = this.#open
    if (open === undefined) return
    await this.#hello(open.peer.session, open.name, open.ordinal, open.runId)
    const { runId, attempt, ordinal } = this.#open!
    expect({ runId, attempt, ordinal }).toEqual({
      runId: open.runId,
      attempt: open.attempt,
      ordinal: open.ordinal,
    })
  }

  /** As an agent does, if half as often. Resolves when it was heard. */
  async beat(): Promise<void> {
    const heartbeat = { kind: 'heartbeat', sentUs: 1, backlog: 0 } as const
    if (this.#open !== undefined) {
      const { peer } = this.#open
      await peer.say({ ...heartbeat, session: peer.session })
      await peer.hear('pulse')
      return
    }
    this.#ear ??= this.#job.peer({ rank: this.rank, session: `agent-${this.rank}` })
    const { session } = this.#ear
    const { rank, worldSize } = this.#ear.helloMessage()
    const world = { jobKey: 'job', rank, worldSize: worldSize ?? this.#job.world }
    await this.#ear.say({
      kind: 'present',
      session,
      agent: session,
      silent: this.#begun === 0,
      ...world,
    })
    // What it does not know it answers: the one before has come too then.
    await this.#ear.say({ ...heartbeat, session })
    await this.#ear.hear('again')
  }

  async #hello(session: string, name: string, ordinal: number, admitted?: RunId): Promise<void> {
    const known = { agent: `agent-${this.rank}`, worker: `worker-${this.rank}` }
    const asked = { ordinal, runName: name, ...(admitted === undefined ? {} : { admitted }) }
    const peer = this.#job.peer({ rank: this.rank, session, hello: { ...known, ...asked } })
    const welcome = await peer.welcome()
    const { runId, attempt } = welcome
    this.#open = { peer, name, runId, attempt, ordinal: welcome.ordinal }
  }

  async #end({ peer }: Open): Promise<void> {
    await peer.store('w', [rankEnd('completed')])
    await peer.bye()
    this.#open = undefined
  }
}

class Job {
  readonly plan: readonly string[]
  readonly world: number
  readonly workers: readonly Worker[]
  readonly #house = new TestHouse()
  readonly #clock = new ManualClock()
  readonly #runs = new Map<string, RunId>()
  #connection: Connection | undefined
  #stop: (() => Promise<unknown>) | undefined

  constructor(plan: readonly string[], world: number) {
    this.plan = plan
    this.world = world
    this.workers = Array.from({ length: world }, (_, rank) => new Worker(this, rank))
  }

  async start(): Promise<void> {
    const aggregator = await this.#house.started({ collectAllProcesses: true }, { clock: this.#clock })
    this.#connection = aggregator.connection
    this.#stop = () => aggregator.stop(0)
  }

  async restart(): Promise<void> {
    await this.#stop?.()
    await this.start()
    for (const worker of this.workers) await worker.greetAgain()
  }

  peer(options: Parameters<TestHouse['peer']>[1] & {}): Peer {
    return this.#house.peer(this.#connection, { worldSize: this.world, ...options })
  }

  /** Sessions of one name and turn are in one run, and no others are in it. */
  enters(name: string, { runId, ordinal }: Open): void {
    const turn = `${name} ${ordinal}`
    const run = this.#runs.get(turn) ?? runId
    this.#runs.set(turn, run)
    expect(runId, `the run of ${turn}`).toBe(run)
    expect(new Set(this.#runs.values()).size).toBe(this.#runs.size)
  }

  async passes(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += heartbeatMs) {
      this.#clock.advance(heartbeatMs)
      for (const worker of this.workers) await worker.beat()
    }
  }

  async play(steps: readonly Step[]): Promise<void> {
    try {
      await this.#play(steps)
    } finally {
      await this.#house.clear()
    }
  }

  async #play(steps: readonly Step[]): Promise<void> {
    await this.start()
    for (const worker of this.workers) await worker.beat()
    for (const { who, afterMs } of steps) {
      if (who === 'aggregator') await this.restart()
      else await this.workers[who % this.world]!.act()
      await this.passes(afterMs)
    }
    while (this.workers.some(({ done }) => !done)) for (const worker of this.workers) await worker.act()
    const places = this.workers.flatMap((worker) => worker.places)
    expect(new Set(places).size, 'a place is one session').toBe(this.plan.length * this.world)
  }
}

const step: fc.Arbitrary<Step> = fc.record({
  who: fc.oneof(
    { weight: 12, arbitrary: fc.nat(5) },
    { weight: 1, arbitrary: fc.constant('aggregator' as const) },
  ),
  afterMs: fc.constantFrom(...pauses),
})

test('ranks with the same names in the same order meet in the same runs, in any order, with any pauses, after restarts', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('a', 'b'), { minLength: 2, maxLength: 4, size: 'max' }),
      fc.integer({ min: 2, max: 3 }),
      fc.array(step, { minLength: 6, maxLength: 24, size: 'max' }),
      (plan, world, steps) => new Job(plan, world).play(steps),
    ),
    { seed: seedOf(5), numRuns: Math.ceil(6 * effort), endOnFailure: false },
  )
})
