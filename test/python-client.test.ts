import { spawn } from 'node:child_process'
import path from 'node:path'
import { expect, test } from 'vitest'
import { cleanEnvironment, repository } from './support/cli.ts'
import { effort, enduring } from './support/effort.ts'

const limitMs = 600_000

test(
  'the tests of the Python client pass',
  async () => {
    const tests = path.join(repository, 'clients/python/tests')
    const judge = process.env['PROVLOOM_TEST_PYTHON']
    const child = spawn('python3', [tests], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...cleanEnvironment(),
        ...(judge === undefined ? {} : { PROVLOOM_TEST_PYTHON: judge }),
        ...(enduring ? { PROVLOOM_TEST_EFFORT: `${effort}` } : {}),
      },
    })
    const said: Buffer[] = []
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => said.push(bytes))
    const code = await new Promise((resolve) => child.once('close', resolve))
    const text = Buffer.concat(said).toString('utf8')
    expect(code, text).toBe(0)
    for (const skipped of text.match(/^Skipped: .*$/gm) ?? []) console.log(skipped)
    expect(text).toMatch(/^Ran \d+ tests in .*\n\nOK/m)
  },
  limitMs,
)
