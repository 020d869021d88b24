import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Watches } from '../../src/admission/watches.ts'
import type { Watcher } from '../../src/admission/watches.ts'
import { effort, seedOf } from '../../../../test/support/effort.ts'

/** A session, as its aggregator knows it, and what its agent was told last. */
interface Session extends Watcher {
  run: object
  canWatch: boolean
  known: boolean
  told: boolean
}

type Step =
  | { readonly kind: 'heard' | 'leaves' | 'lost' | 'back' | 'forgotten'; readonly who: number }
  | { readonly kind: 'moves'; readonly who: number; readonly run: number }
  | { readonly kind: 'restart' }

const [sessions, machines, runs] = [6, 2, 2]
const who = fc.nat({ max: sessions - 1 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('heard' as const), who }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('leaves', 'lost', 'back', 'forgotten' as const), who }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('moves' as const), who, run: fc.nat({ max: runs - 1 }) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
)

/** An aggregator and its sessions; of a restart its agents hear when they are heard. */
class Scene {
  readonly all: readonly Session[]
  readonly #runs = Array.from({ length: runs }, () => ({}))
  #watches = this.#begun()

  constructor() {
    this.all = Array.from({ length: sessions }, (_, i) => ({
      session: `s${i}`,
      run: this.#runs[i % runs]!,
      hostId: `h${i % machines}`,
      canWatch: true,
      known: true,
      told: false,
    }))
  }

  take(step: Step): void {
    if (step.kind === 'restart') {
      this.#watches = this.#begun()
      return
    }
    const one = this.all[step.who]!
    switch (step.kind) {
      case 'leaves':
        one.canWatch = false
        return this.#heard(one)
      case 'lost':
        // Nobody hears of it, and it goes on.
        one.canWatch = false
        return
      case 'forgotten':
        one.canWatch = one.known = false
        return
      case 'moves':
        one.run = this.#runs[step.run]!
        return this.#heard(one)
      case 'back':
        one.canWatch = one.known = true
        return this.#heard(one)
      case 'heard':
        if (one.canWatch) this.#heard(one)
    }
  }

  #heard(one: Session): void {
    one.told = this.#watches.isGranted(one)
  }

  #begun(): Watches {
    return new Watches((session) => this.all.find((one) => one.session === session && one.known))
  }

  /** Those that may watch, of each machine and run. */
  groups(): Session[][] {
    const groups = new Map<string, Session[]>()
    for (const one of this.all.filter(({ canWatch }) => canWatch)) {
      const key = `${one.hostId} ${this.#runs.indexOf(one.run)}`
      groups.set(key, [...(groups.get(key) ?? []), one])
    }
    return [...groups.values()]
  }
}

test('whoever comes, goes, is lost, comes back or restarts: once all were heard, one of each machine and run watches it', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const scene = new Scene()
      let restarted = false
      for (const one of steps) {
        scene.take(one)
        restarted ||= one.kind === 'restart'
        // Between a restart and the word of each that it is not the one, two may.
        if (!restarted)
          for (const group of scene.groups()) expect(group.filter(({ told }) => told).length).toBeLessThan(2)
      }
      for (const [i] of scene.all.entries()) scene.take({ kind: 'heard', who: i })
      for (const group of scene.groups()) expect(group.filter(({ told }) => told)).toHaveLength(1)
    }),
    { numRuns: 500 * effort, seed: seedOf(11) },
  )
})

test('a grant stays where it is while its session can watch, whoever else asks', () => {
  const run = {}
  const all = ['a', 'b'].map((session) => ({ session, run, hostId: 'h', canWatch: true }))
  const watches = new Watches((session) => all.find((one) => one.session === session))
  const [a, b] = [all[0]!, all[1]!]
  expect([watches.isGranted(a), watches.isGranted(b), watches.isGranted(a)]).toEqual([true, false, true])
  a.canWatch = false
  expect([watches.isGranted(a), watches.isGranted(b)]).toEqual([false, true])
  a.canWatch = true
  expect([watches.isGranted(a), watches.isGranted(b)]).toEqual([false, true])
})
