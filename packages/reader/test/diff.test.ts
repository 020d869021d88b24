import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { openReader } from '@provloom/reader'
import type { CodePatch } from '@provloom/reader'
import { limits } from '@provloom/shared'
import { folder, makeRun } from './support/runs.ts'

/** Two runs of a changed work tree, with their kept diffs. */
async function patched(one: string, other: string, stored = 'code/source.diff'): Promise<CodePatch[]> {
  const saveDir = folder()
  for (const [i, text] of [one, other].entries()) {
    const name = `digits_${i}`
    await makeRun(saveDir, {
      name,
      inputs: [{ name: 'source.diff', kind: 'diff', sha256: String(i).repeat(64), stored }],
    })
    fs.mkdirSync(path.join(saveDir, name, 'code'))
    fs.writeFileSync(path.join(saveDir, name, 'code/source.diff'), text)
  }
  fs.writeFileSync(path.join(saveDir, 'secret'), 'secret')
  const { code } = await openReader(saveDir).diff(['digits_0', 'digits_1'])
  expect(code.rows.find(({ name }) => name === 'changes')).toMatchObject({ equal: false })
  return [...code.patches]
}

describe('the difference of runs', () => {
  it('has the lines in which the kept diffs differ, of diffs that are not too large', async () => {
    expect(await patched('same\n+lr = 1\n', 'same\n+lr = 2\n')).toEqual([
      {
        name: 'source.diff',
        a: 'digits_0',
        b: 'digits_1',
        patch:
          '--- digits_0/source.diff\n+++ digits_1/source.diff\n@@ -1,2 +1,2 @@\n same\n-+lr = 1\n++lr = 2\n',
      },
    ])
    const large = '+'.repeat(limits.patchComparedBytesMax + 1)
    expect(await patched(large, '+')).toEqual([])
  })

  it('reads no diff outside of the run directory', async () => {
    expect(await patched('a', 'b', '../secret')).toEqual([])
  })

  it('compares parameters, best and last values, files by checksum, and says what equal values do not prove', async () => {
    const saveDir = folder()
    const sized = { name: 'data', kind: 'dataset' as const, path: '/data', size: 5 }
    const file = { name: 'model.pkl', kind: 'model' as const }
    await makeRun(saveDir, {
      name: 'a',
      params: { lr: 2, only: 'here' },
      metrics: { 'validation.accuracy': 0.9, 'training.loss': 'NaN' },
      inputs: [sized],
      outputs: [{ ...file, sha256: 'a'.repeat(64) }],
    })
    await makeRun(saveDir, {
      name: 'b',
      params: { lr: 0.5 },
      metrics: { 'validation.accuracy': 0.8, 'training.loss': 'NaN' },
      inputs: [sized],
      outputs: [{ ...file, sha256: 'b'.repeat(64) }],
    })
    const { params, metrics, inputs, outputs, environment } = await openReader(saveDir).diff(['a', 'b'])
    expect(params).toEqual([
      { name: 'lr', values: [2, 0.5], equal: false },
      { name: 'only', values: ['here', null], equal: false },
    ])
    expect(metrics).toEqual([
      { name: 'validation.accuracy, best', values: [0.9, 0.8], equal: false },
      { name: 'validation.accuracy, last', values: [0.9, 0.8], equal: false },
      { name: 'training.loss, best', values: [null, null], equal: true },
      { name: 'training.loss, last', values: ['NaN', 'NaN'], equal: true },
    ])
    expect(inputs).toMatchObject([
      { name: 'data', equal: true, caveat: 'equal by path and size; no checksum' },
    ])
    expect(outputs).toMatchObject([{ name: 'model.pkl', equal: false }])
    expect(environment).toMatchObject({ added: [], removed: [], changed: [], equalPackages: 0 })
  })
})
