import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { signalsThat } from '@provloom/shared'
import { repository } from '../support/cli.ts'

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
