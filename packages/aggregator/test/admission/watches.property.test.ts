import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Watches } from '../../src/admission/watches.ts'
import type { Watcher } from '../../src/admission/watches.ts'
import { effort, seedOf } from '../../../../test/support/effort.ts'

/** A session, as its aggregator knows it, and what its agent was told last. */
interface Session extends Watcher {
  run: object
  canWatch: boolean
  /** Heard by the aggregator that is there now. */
  known: boolean
  told: boolean
  didWatch: boolean
  readonly hasBegun: false
}

type Step =
  | { readonly kind: 'heard' | 'leaves' | 'lost' | 'back'; readonly who: number }
  | { readonly kind: 'moves'; readonly who: number; readonly run: number }
  | { readonly kind: 'restart' | 'wait' }

const [sessions, machines, runs] = [6, 2, 2]
const who = fc.nat({ max: sessions - 1 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('heard' as const), who }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('leaves' as const, 'lost' as const, 'back' as const), who }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('moves' as const), who, run: fc.nat({ max: runs - 1 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('restart' as const, 'wait' as const) }) },
)
/** An aggregator that has begun waits for so many `wait`s for whoever was in its runs before. */
const waitsMax = 3

/** An aggregator and its sessions. */
class Scene {
  readonly all: readonly Session[]
  readonly #runs = Array.from({ length: runs }, () => ({}))
  #waits = waitsMax
  #watches = this.#begun()

  constructor() {
    this.all = Array.from({ length: sessions }, (_, i) => ({
      session: `s${i}`,
      run: this.#runs[i % runs]!,
      hostId: `h${i % machines}`,
      canWatch: true,
      known: true,
      told: false,
      didWatch: false,
      hasBegun: false,
    }))
  }

  take(step: Step): void {
    switch (step.kind) {
      case 'restart':
        this.#waits = 0
        for (const one of this.all) one.known = false
        this.#watches = this.#begun()
        return
      case 'wait':
        this.#waits++
        return
      case 'leaves':
      case 'lost':
      case 'back':
      case 'heard':
      case 'moves':
        this.#act(this.all[step.who]!, step)
    }
  }

  #act(one: Session, step: Exclude<Step, { kind: 'restart' | 'wait' }>): void {
    switch (step.kind) {
      case 'leaves':
        one.canWatch = one.told = false
        return
      case 'lost':
        // It is not heard of, and goes on.
        one.canWatch = false
        return
      case 'moves':
        one.told = false
        one.run = this.#runs[step.run]!
        return this.#hello(one)
      case 'back':
        one.canWatch = true
        return this.#hello(one)
      case 'heard':
        if (one.canWatch) return one.known ? this.#heard(one) : this.#hello(one)
    }
  }

  #hello(one: Session): void {
    one.known = true
    one.didWatch = one.told
    this.#heard(one)
  }

  #heard(one: Session): void {
    one.told = this.#watches.isGranted(one)
  }

  #begun(): Watches<Session> {
    return new Watches({
      find: (session) => this.all.find((one) => one.session === session && one.known),
      isAwaited: ({ run }) =>
        this.#waits < waitsMax && this.all.some((one) => one.run === run && one.canWatch && !one.known),
    })
  }

  /** Those that may watch, of each machine and run; of those that were not heard for long nobody knows that they do. */
  groups(): Session[][] {
    const groups = new Map<string, Session[]>()
    const there = this.all.filter(({ canWatch, known }) => canWatch && (known || this.#waits < waitsMax))
    for (const one of there) {
      const key = `${one.hostId} ${this.#runs.indexOf(one.run)}`
      groups.set(key, [...(groups.get(key) ?? []), one])
    }
    return [...groups.values()]
  }
}

test('whoever comes, goes, is lost, comes back or moves, and whenever the aggregator restarts: never two of a run watch one machine, and once all were heard one does', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const scene = new Scene()
      for (const one of steps) {
        scene.take(one)
        for (const group of scene.groups()) expect(group.filter(({ told }) => told).length).toBeLessThan(2)
      }
      // Its hello, and its next heartbeat.
      for (const i of [...scene.all.keys(), ...scene.all.keys()]) scene.take({ kind: 'heard', who: i })
      for (const group of scene.groups()) expect(group.filter(({ told }) => told)).toHaveLength(1)
    }),
    { numRuns: 500 * effort, seed: seedOf(11) },
  )
})

test('a grant stays where it is while its session can watch, whoever else asks', () => {
  const run = {}
  const about = { run, hostId: 'h', canWatch: true, didWatch: false, hasBegun: false }
  const all = ['a', 'b'].map((session) => ({ session, ...about }))
  const find = (session: string): Watcher | undefined => all.find((one) => one.session === session)
  const watches = new Watches({ find, isAwaited: () => false })
  const [a, b] = [all[0]!, all[1]!]
  expect([watches.isGranted(a), watches.isGranted(b), watches.isGranted(a)]).toEqual([true, false, true])
  a.canWatch = false
  expect([watches.isGranted(a), watches.isGranted(b)]).toEqual([false, true])
  a.canWatch = true
  expect([watches.isGranted(a), watches.isGranted(b)]).toEqual([false, true])
})
