import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { openReader } from '@provloom/reader'
import { removeFolder } from '@provloom/shared'
import { folder, provloom } from '../support/cli.ts'
import { digitsRuns } from '../support/digits.ts'

let saveDir: string

beforeAll(async () => {
  saveDir = await digitsRuns()
  return () => removeFolder(saveDir)
})

/** A copy of all runs, under other names. */
function copied(): string {
  const elsewhere = path.join(folder(), 'moved')
  for (const run of ['digits_0', 'digits_1', 'digits_2'])
    fs.cpSync(path.join(saveDir, run), path.join(elsewhere, `${run}-moved`), { recursive: true })
  return elsewhere
}

/** What commands say of a folder, by the names that its runs had, and when their files were written left out. */
async function saidOf(dir: string, ...words: readonly string[]): Promise<string> {
  const { stdout, stderr, code } = await provloom([...words, '--dir', dir, '--json'])
  const plain = stdout.replaceAll('-moved', '').replaceAll(/"(?:directory|asOf|seen)":"[^"]+"/g, '')
  return `${code} ${stderr} ${plain}`
}

const questions = [
  ['ls', '--sort=-accuracy'],
  ['show', 'digits_0'],
  ['why', 'digits_2'],
  ['diff', 'digits_0', 'digits_2'],
] as const

describe('run directories', () => {
  it('that were copied, moved and made read-only answer every question as before', async () => {
    const elsewhere = copied()
    execFileSync('chmod', ['-R', 'a-w', elsewhere])
    try {
      for (const [command, ...words] of questions) {
        const moved = words.map((word) => (word.startsWith('digits') ? `${word}-moved` : word))
        expect(await saidOf(elsewhere, command, ...moved)).toBe(await saidOf(saveDir, command, ...words))
      }
      const model = path.join(elsewhere, 'digits_1-moved/artifacts/rank0/digits.pkl')
      const lineage = await saidOf(elsewhere, 'lineage', model)
      expect(lineage).toMatch(/^0 {2}\{/)
      expect(JSON.parse(lineage.slice(3))).toMatchObject({ found: [{ run: 'digits_1', role: 'made' }] })
      const [there, here] = [openReader(saveDir), openReader(elsewhere)]
      const ask = { metric: 'loss' }
      expect(await here.curve('digits_0-moved', ask)).toEqual(await there.curve('digits_0', ask))
    } finally {
      execFileSync('chmod', ['-R', 'u+w', elsewhere])
    }
  })

  it('whose graph is damaged are told without it, and that by its code', async () => {
    const elsewhere = copied()
    fs.writeFileSync(path.join(elsewhere, 'digits_0-moved/prov.json'), '{"entity": ')
    const { environment, params, unread } = await openReader(elsewhere).run('digits_0-moved')
    expect(environment).toEqual([])
    expect(params).toHaveLength(2)
    expect(unread).toMatchObject([{ of: 'graph', code: 'FILE_UNREADABLE', hint: expect.anything() }])
    const why = await provloom(['why', 'digits_0-moved', '--dir', elsewhere])
    expect(why.code).toBe(0)
    expect(why.stdout).toMatch(
      /^ {2}unread {5}The graph .* cannot be read \[FILE_UNREADABLE\]\. provloom validate /m,
    )
    expect(why.stdout).not.toMatch(/not it .*(?:NaN|differ)/)
    const diff = await provloom(['diff', 'digits_0-moved', 'digits_1-moved', '--dir', elsewhere])
    expect(diff.stdout).toMatch(
      /^▲ environments are not compared: the graph of digits_0-moved cannot be read$/m,
    )
    expect(diff.stdout).not.toMatch(/packages only|interpreter/)
  })

  it('whose points are damaged are told without them, and that by their code', async () => {
    const elsewhere = copied()
    const metrics = path.join(elsewhere, 'digits_2-moved/metrics')
    for (const part of fs.readdirSync(metrics)) fs.truncateSync(path.join(metrics, part), 100)
    fs.rmSync(path.join(elsewhere, 'digits_2-moved/curves'), { recursive: true, force: true })
    for (const command of ['show', 'why']) {
      const { stdout, stderr } = await provloom([command, 'digits_2-moved', '--dir', elsewhere])
      expect(stderr).toBe('')
      expect(stdout).toContain('FloatingPointError: loss is nan')
      expect(stdout).toMatch(/^ {2}unread {5}The points of .* cannot be read \[FILE_UNREADABLE\]/m)
    }
    const curve = openReader(elsewhere).curve('digits_2-moved', { metric: 'loss' })
    await expect(curve).rejects.toMatchObject({ code: 'FILE_UNREADABLE' })
  })

  it('of a newer version are told beside the others', async () => {
    const elsewhere = copied()
    const file = path.join(elsewhere, 'digits_1-moved/run.json')
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace(/"format": ?1/, '"format": 2'))
    const { stdout, code } = await provloom(['ls', '--dir', elsewhere])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^digits_0-moved /m)
    expect(stdout).toMatch(
      /^digits_1-moved cannot be read: it is of format 2, of a newer version of Provloom$/m,
    )
    const show = await provloom(['show', 'digits_1-moved', '--dir', elsewhere])
    expect([show.code, show.stderr]).toEqual([2, expect.stringMatching(/\[FILE_UNREADABLE\]\nTry: /)])
  })
})
