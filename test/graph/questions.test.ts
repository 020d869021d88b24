import { spawnSync } from 'node:child_process'
import { readJson } from '@provloom/prov'
import { writeTurtle } from '@provloom/prov/turtle'
import { beforeAll, describe, expect, it } from 'vitest'
import { enduring } from '../support/effort.ts'
import { hasJudges, named, works } from '../support/needs.ts'
import { answersOf } from './support/answers.ts'
import { askRdflib } from './support/ask.ts'
import type { Answers } from './support/ask.ts'
import { exampleText } from './support/document.ts'
import { eventsAddUp, locationsOf } from './support/json.ts'
import { questionsOfPage } from './support/page.ts'
import { exampleOf } from './support/plan.ts'
import type { ExampleOptions } from './support/plan.ts'
import { seedOf } from './support/rank.ts'
import { seedsBehindEach, walked } from './support/walk.ts'

const jq = 'jq'
const hasJq = works(jq, ['--version'])

const sizes = [1, 4, 9, 128]
const fewer = enduring ? [4, 9, 128] : [4, 9]
const cases: readonly (readonly [name: string, options: ExampleOptions])[] = [
  ...sizes.flatMap((ranks) =>
    [true, false].map(
      (group) =>
        [
          `${ranks} ${ranks === 1 ? 'rank' : 'ranks'}, ${group ? 'a process group' : 'no process group'}`,
          { ranks, group },
        ] as const,
    ),
  ),
  ...fewer.flatMap((ranks): (readonly [string, ExampleOptions])[] => [
    [`rank 0 alone of ${ranks}`, { ranks, collected: 'rank 0' }],
    [`${ranks} ranks, the last one killed`, { ranks, fate: 'last rank killed' }],
    [`${ranks} ranks, then half of them`, { ranks, fate: 'elastic' }],
    [`${ranks} ranks, restarted`, { ranks, fate: 'restarted' }],
    [`${ranks} ranks, recovered`, { ranks, fate: 'recovered' }],
    [`${ranks} ranks on hosts whose energy nobody knows`, { ranks, devices: 'none' }],
  ]),
]

const questions = questionsOfPage()
const bySparql = questions.filter(({ language }) => language === 'sparql')
const texts = new Map(cases.map(([name, options]) => [name, exampleText(options)]))
const turtles = new Map([...texts].map(([name, text]) => [name, writeTurtle(readJson(text))]))

/** Rows whose order the query leaves open come in ours. */
function inOrder(number: number, answer: readonly string[]): readonly string[] {
  return number === 5 || number === 7 ? answer : answer.toSorted()
}

describe('docs/questions.md', () => {
  it('asks sixteen questions, in order', () => {
    expect(questions.map(({ number }) => number)).toEqual(Array.from({ length: 16 }, (_, i) => i + 1))
  })

  it.each(questions.filter(({ answer }) => answer !== undefined))(
    'question $number is answered as the example does: $title',
    ({ number, answer }) => {
      const fate = number === 7 ? 'last rank killed' : 'completed'
      const expected = answersOf(exampleOf({ ranks: 4, fate })).get(number) ?? ['true']
      expect(inOrder(number, answer!)).toEqual(inOrder(number, expected))
    },
  )
})

describe.skipIf(!hasJudges)(
  named('rdflib, asked by docs/questions.md', hasJudges, 'needs PROVLOOM_TEST_PYTHON, see CONTRIBUTING.md'),
  () => {
    let answers: Answers
    beforeAll(() => {
      answers = askRdflib(
        turtles,
        bySparql.map(({ number, query }) => [String(number), query]),
      )
    }, 600_000)

    it.each(cases)('says what is true of %s', (name, options) => {
      const expected = answersOf(exampleOf(options))
      const told = bySparql.map(
        ({ number }) => [number, answers.get(name)!.get(String(number))!.answer] as const,
      )
      expect(told.map(([number, answer]) => [number, inOrder(number, answer)])).toEqual(
        told.map(([number]) => [number, inOrder(number, expected.get(number)!)]),
      )
    })
  },
)

describe.each(cases)('with Node alone, %s', (name, options) => {
  const told = answersOf(exampleOf(options))

  it('says to the core questions what is true', () => {
    const answers = walked(turtles.get(name)!)
    const expected = [...answers.keys()].map((number) => [number, told.get(number)] as const)
    expect([...answers]).toEqual(expected)
  })

  it('holds all that was sent', () => {
    expect(eventsAddUp(texts.get(name)!)).toBe(true)
  })

  it('has places that are in the run directory, or were seen on the machine', () => {
    const places = locationsOf(texts.get(name)!)
    expect(places.filter((place) => !/^(?:\/|prov\.json$|metrics|code\/|artifacts\/)/.test(place))).toEqual(
      [],
    )
    expect(places).toContain('prov.json')
    expect(places).not.toContainEqual(expect.stringContaining('/spool/'))
  })
})

describe('behind the last version', () => {
  const seeds = [0, 1, 2, 3].map(seedOf)
  const behind = (options: Omit<ExampleOptions, 'ranks'>): readonly (readonly number[])[] =>
    seedsBehindEach(writeTurtle(readJson(exampleText({ ranks: 4, ...options }))))

  it('are all ranks that worked as one', () => {
    expect(behind({})).toEqual([seeds])
  })

  it('is one rank alone where ranks are independent', () => {
    expect(behind({ group: false, sweep: true })).toEqual(seeds.map((seed) => [seed]))
  })
})

describe.skipIf(!hasJq)(named('jq, asked by docs/questions.md', hasJq, 'there is no jq'), () => {
  const ask = (number: number, text: string): string[] => {
    const { query } = questions.find((question) => question.number === number)!
    const { stdout, stderr } = spawnSync(jq, ['-r', query], { input: text, encoding: 'utf8' })
    expect(stderr).toBe('')
    return stdout.trimEnd().split('\n')
  }

  it.each(cases)('says of %s what is true', (name) => {
    const text = texts.get(name)!
    expect(ask(13, text)).toEqual(['true'])
    expect(ask(14, text).toSorted()).toEqual(locationsOf(text).toSorted())
  })
})
