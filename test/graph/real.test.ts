import fs from 'node:fs'
import path from 'node:path'
import { readJson } from '@provloom/prov'
import { writeTurtle } from '@provloom/prov/turtle'
import { describe, expect, it } from 'vitest'
import { hasTorch, systemPython } from '../support/needs.ts'
import { site } from '../support/site.ts'
import { needsTorch } from '../support/torchrun.ts'
import { answersOf } from './support/answers.ts'
import { eventsAddUp, locationsOf } from './support/json.ts'
import { exampleOf } from './support/plan.ts'
import { seedOf } from './support/rank.ts'
import { seedsBehindEach, walked } from './support/walk.ts'

const script = fs.readFileSync(path.join(import.meta.dirname, 'support/train.py'), 'utf8')
const ranks = 4

interface Seen {
  readonly runDir: string
  readonly text: string
  readonly turtle: string
}

/** The example of docs/questions.md, trained. */
async function trained(python: string, ...args: readonly string[]): Promise<Seen> {
  const here = site({ OMP_NUM_THREADS: '1' })
  here.script('train.py', script)
  const run = ['run', '-n', String(ranks), '--collect-all-processes', '--', python, 'train.py', ...args]
  const { code, stderr } = await here.start('provloom', run).ended
  expect(code, stderr).toBe(0)
  const { runDir } = here.runs()[0]!
  const text = fs.readFileSync(path.join(runDir, 'prov.json'), 'utf8')
  return { runDir, text, turtle: writeTurtle(readJson(text)) }
}

/** Whether all of it is there, and what it says to the core questions. */
function expectAnswers({ runDir, text, turtle }: Seen, group: boolean): void {
  expect(eventsAddUp(text)).toBe(true)
  const missing = locationsOf(text).filter((place) => !fs.existsSync(path.resolve(runDir, place)))
  expect(missing).toEqual([])
  const expected = answersOf(exampleOf({ ranks, group }))
  const answers = walked(turtle)
  expect([...answers]).toEqual(Array.from(answers.keys(), (number) => [number, expected.get(number)]))
}

describe('what a real run says to docs/questions.md', () => {
  it('is what is true of four ranks that work each by itself, and every place exists', async () => {
    expectAnswers(await trained('python3'), false)
  })

  it('is of a sweep that behind the model of each rank is that rank alone', async () => {
    const { turtle } = await trained('python3', '--sweep')
    expect(seedsBehindEach(turtle)).toEqual([0, 1, 2, 3].map((rank) => [seedOf(rank)]))
  })

  it.skipIf(!hasTorch)(
    needsTorch('is of four ranks under torch.distributed that the model is the work of all'),
    async () => {
      expectAnswers(await trained(systemPython, '--group'), true)
    },
  )
})
