import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { problemsIn } from '../../src/output/problems.ts'

function runWith(document: object): string {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-test-'))
  onTestFinished(() => fs.rmSync(made, { recursive: true, force: true }))
  fs.writeFileSync(path.join(made, 'prov.json'), JSON.stringify(document))
  return made
}

test('problems of a run are counted by their codes, over ranks and files', () => {
  const document = {
    activity: {
      'run:rank-0': { 'provloom:problems': 3, 'provloom:problem': ['SAMPLE: no', 'RANK: two'] },
      'run:rank-1': { 'provloom:problems': { $: '1', type: 'xsd:int' }, 'provloom:problem': 'SAMPLE: no' },
    },
    entity: { 'run:file': { 'provloom:problem': { $: 'it was removed', type: 'xsd:string' } } },
  }
  expect(problemsIn(runWith(document))).toEqual(['5 problems: SAMPLE 2, RANK 1'])
})

test('a run without problems, or without a graph, has none to tell', () => {
  expect(problemsIn(runWith({ activity: { 'run:run': {} } }))).toEqual([])
  expect(problemsIn('/nowhere')).toEqual([])
})
