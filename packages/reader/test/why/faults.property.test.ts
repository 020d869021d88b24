import { describe, expect, it } from 'vitest'
import { enduring, firstSeed } from '../../../../test/support/effort.ts'
import { randomFrom } from '../../../../test/support/random.ts'
import { factsOf } from '../../src/why/load/facts.ts'
import { whyOf } from '../../src/why/why.ts'
import { caseOf, faults } from './support/cases.ts'
import type { Case, Fault } from './support/cases.ts'
import { sourcesOf } from './support/stream.ts'

/** Runs of each kind: 1,200 with a fault, 200 without, where there is time. */
const [perFault, without] = enduring ? [120, 200] : [6, 12]
/** Of six one may be one of the twentieth that is not found. */
const rightMin = enduring ? 0.95 * perFault : perFault - 1

type Outcome = 'right' | 'wrong' | 'silent'

interface Tally {
  readonly right: number
  readonly wrong: number
  readonly silent: number
  readonly words: readonly string[]
}

/** @returns what is said first of it */
async function outcomeOf({ told, code, ranks, pace }: Case): Promise<readonly [Outcome, string]> {
  const { verdict, findings } = whyOf(await factsOf(sourcesOf(told), pace))
  const grave = findings.filter(({ level }) => level !== 'note')
  const [first] = grave
  if (first === undefined) return ['silent', verdict]
  const named = ranks.length > 64 ? ranks.slice(0, 64) : ranks
  const isRight =
    code !== undefined && first.code === code && JSON.stringify(first.ranks) === JSON.stringify(named)
  return [
    isRight ? 'right' : 'wrong',
    `${first.code} [${first.ranks.join()}] for ${code} [${ranks.join()}]: ${verdict}`,
  ]
}

async function tallyOf(fault: Fault | undefined, count: number, seed: number): Promise<Tally> {
  const tally = { right: 0, wrong: 0, silent: 0, words: [] as string[] }
  for (let i = 0; i < count; i++) {
    const [outcome, words] = await outcomeOf(caseOf(fault, randomFrom(seed * 10_000 + i)))
    tally[outcome]++
    if (outcome !== (fault === undefined ? 'silent' : 'right')) tally.words.push(`case ${i}: ${words}`)
  }
  return tally
}

function row(name: string, { right, wrong, silent }: Tally): string {
  return [name.padEnd(12), ...[right, wrong, silent].map((one) => String(one).padStart(7))].join('')
}

describe('of runs on 4 to 1,024 ranks, told to a graph entry by entry,', () => {
  const rows: string[] = [`${'fault'.padEnd(12)}  right  wrong silent`]

  it.each(faults.map((fault, i) => [fault, i] as const))(
    'it is said why one has the fault %s',
    async (fault, i) => {
      const tally = await tallyOf(fault, perFault, firstSeed + i)
      rows.push(row(fault, tally), ...(enduring ? tally.words.map((words) => `  ${words}`) : []))
      expect(tally.words.slice(0, 20), row(fault, tally)).toEqual(
        tally.right >= rightMin ? expect.anything() : [],
      )
    },
    600_000,
  )

  it('nobody is accused in healthy ones', async () => {
    const tally = await tallyOf(undefined, without, firstSeed + faults.length)
    rows.push(row('none', tally))
    if (enduring) process.stdout.write(`${rows.join('\n')}\n`)
    expect(tally.words).toEqual([])
  }, 600_000)
})
