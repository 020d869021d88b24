import { figureOf } from '../figure.ts'
import type { Suite } from '../suite.ts'
import { codecRates } from './codec.ts'

/** Encoding and decoding of envelopes, beside a copy of their bytes. */
export const codecSuite: Suite = {
  name: 'codec',
  title: 'Envelopes (limit: a copy of the same bytes)',
  async *measure(bench) {
    for (const events of [1, 100, 1000]) {
      const milliseconds = bench.options.quick ? 50 : 300
      codecRates(events, 300)
      const rounds = Array.from({ length: bench.options.repetitions }, () => codecRates(events, milliseconds))
      for (const way of ['encode', 'decode'] as const) {
        const name = `codec.${way}.${events}`
        if (!bench.wants(name)) continue
        yield figureOf(
          { name, unit: 'events/s', better: 'higher', limitIs: 'copy of the same bytes' },
          rounds.map((round) => ({ value: round[way], limit: round.copy })),
        )
      }
    }
  },
}
