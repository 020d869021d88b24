import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { binFolder, folder, repository, start } from '../support/cli.ts'
import { hasJudges, judgePython, named } from '../support/needs.ts'
import { exampleText } from './support/document.ts'
import { questionsOfPage } from './support/page.ts'

const text = fs.readFileSync(path.join(repository, 'docs/questions.md'), 'utf8')

function block(language: string, at = 0): string {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))][at]![1]!
}

it.skipIf(!hasJudges)(
  named(
    'docs/questions.md says how to ask, and an engineer who does so gets a table',
    hasJudges,
    'needs PROVLOOM_TEST_PYTHON, see CONTRIBUTING.md',
  ),
  async () => {
    const cwd = folder()
    fs.mkdirSync(path.join(cwd, 'runs/digits_0'), { recursive: true })
    fs.writeFileSync(path.join(cwd, 'runs/digits_0/prov.json'), exampleText({ ranks: 4 }))
    const env = { PATH: `${binFolder()}:${process.env['PATH']}` }
    const converted = await start('sh', ['-ec', block('sh')], { cwd, env }).ended
    expect(converted).toMatchObject({ code: 0, stderr: '' })
    const asking = async (number: number): Promise<string[]> => {
      const { query } = questionsOfPage().find((question) => question.number === number)!
      fs.writeFileSync(path.join(cwd, 'question.rq'), query)
      const { code, stdout, stderr } = await start(judgePython!, ['-c', block('python')], { cwd }).ended
      expect(code, stderr).toBe(0)
      return stdout.trimEnd().split('\n')
    }
    expect((await asking(5)).map((line) => line.trim().split(/\s+/))).toEqual([
      ['rank'],
      ...[0, 1, 2, 3].map((rank) => [String(rank), String(rank)]),
    ])
    expect((await asking(6)).join(' ').trim().split(/\s+/)).toEqual([
      'attempt',
      'rows',
      'last',
      '0',
      '0',
      '1000',
      '1.0',
    ])
  },
)
