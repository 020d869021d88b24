import { describe, expect, it } from 'vitest'
import { ranks, site } from '../support/site.ts'
import type { Site } from '../support/site.ts'

const ways = [
  ['sys.exit(3)', '0 0 completed 3 -'],
  ['os.kill(os.getpid(), signal.SIGKILL)', '0 0 completed - SIGKILL'],
] as const

/** Two runs, of which the last tells how the process ended; it ends when the file is there. */
function script(here: Site, row: number, goes: string): string {
  return here.script(
    `t${row}.py`,
    `import os, signal, sys, time, provloom
for name in "first", "last":
    provloom.start_run("www.example.org", f"{name}{sys.argv[1]}")
    provloom.log_param("lr", 0.1)
    print(provloom.end_run(), flush=True)
sys.stdin.read()
${goes}
`,
  )
}

async function imported(here: Site, ...options: readonly string[]): Promise<void> {
  const result = await here.start('provloom', ['import', '--spool-root', here.spoolRoot, ...options]).ended
  expect(result.code, result.stderr).toBe(0)
}

function expectEnds(here: Site): void {
  const runs = here.runs()
  expect(runs).toHaveLength(2 * ways.length)
  for (const [row, [, told]] of ways.entries()) {
    const first = runs.find(({ name }) => name === `first${row}_0`)!
    const last = runs.find(({ name }) => name === `last${row}_0`)!
    expect(ranks(first, 'exitCode', 'signal')).toEqual(['0 0 completed - -'])
    expect(ranks(last, 'exitCode', 'signal')).toEqual([told])
    expect(first.file.problemKinds).toEqual([])
    expect(last.file.problemKinds).toMatchObject([{ code: 'EXIT', count: 1 }])
    expect(last.graph.violations()).toEqual([])
  }
}

describe('how a command ended that its wrapper was told is in the run that import makes', () => {
  it.each([
    ['no aggregator was there', ['agent'], []],
    [
      'the save directory could not be written',
      ['run', '--provenance-save-dir', 'file/p'],
      ['--provenance-save-dir', 'prov'],
    ],
  ])('where %s', { timeout: 60_000 }, async (_, wrapper, options) => {
    const here = site()
    here.script('file', '')
    const commands = ways.map(([goes], row) =>
      here.start('provloom', [...wrapper, '--', 'python3', script(here, row, goes), String(row)]),
    )
    await Promise.all(commands.map(({ ended }) => ended))
    await imported(here, ...options)
    expectEnds(here)
  })

  it('where it was refused, for another process had its rank', { timeout: 60_000 }, async () => {
    const here = site({ RANK: '0', WORLD_SIZE: '2' })
    here.script(
      't.py',
      `import sys, provloom
provloom.start_run("www.example.org", "claimed")
provloom.log_param("lr", 0.1)
print("began", flush=True)
if len(sys.argv) > 1:
    sys.stdin.read()
print(provloom.end_run(), flush=True)
sys.exit(3)
`,
    )
    const job = ['--job-key', 'one']
    const aggregator = here.start('provloom', ['aggregator', ...job, '--collect-all-processes'])
    await aggregator.seen(/listening/)
    const wrapped = ['agent', ...job, '--', 'python3', 't.py']
    const holder = here.start('provloom', [...wrapped, 'holds'], { talk: true })
    await here.until((runs) => runs.length === 1)
    const refused = await here.start('provloom', wrapped).ended
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('two processes say')])
    holder.child.stdin!.end()
    await holder.ended
    aggregator.child.kill('SIGTERM')
    await aggregator.ended
    await imported(here)
    const found = here.runs().map((run) => ranks(run, 'exitCode').join())
    expect(found).toEqual(['0 0 completed 3', '0 0 completed 3'])
  })
})
