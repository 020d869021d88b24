import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { signalsThat } from '@provloom/shared'
import { repository } from '../support/cli.ts'
import { site } from '../support/site.ts'

const page = fs.readFileSync(path.join(repository, 'docs/launching.md'), 'utf8')

it.each(['end', 'quit', 'notice', 'pause'] as const)(
  'docs/launching.md names the signals of duty %s',
  (duty) => {
    const rows = page.split('\n').filter((line) => /^\| [A-Z0-9, ]+ \|/.test(line))
    const named = rows.map((row) => row.split('|')[1]!.trim().split(', ').sort())
    expect(named).toContainEqual(
      signalsThat(duty)
        .map((name) => name.slice(3))
        .sort(),
    )
  },
)

it('docs/launching.md names every variable that run sets', async () => {
  const here = site()
  const { stdout, stderr } = await here.start('provloom', ['run', '--', 'env', '-0']).ended
  const before = new Set(Object.keys({ ...process.env, ...here.env }))
  const names = stdout.split('\0').map((line) => line.slice(0, line.indexOf('=')))
  expect(names, stderr).toContain('PROVLOOM_TREE')
  const set = names.filter((name) => name.startsWith('PROVLOOM_') && !before.has(name))
  expect(set.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
})
