import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import type { Started } from '../../support/cli.ts'
import { enduring, seldom } from '../../support/effort.ts'
import { pause, site } from '../../support/site.ts'
import type { Site } from '../../support/site.ts'
import { ways } from './ways.ts'

/** All that a sweep does with each of its trials is quicker than writing a run. */
const script = (count: number, wait: boolean): string => `
import provloom
for trial in range(${count}):
    provloom.start_run("www.example.org", "e", collect_all_processes=True)
    provloom.log_metric("loss", trial, step=0)
    provloom.end_run(${wait ? '' : 'wait=False'})
`

const many = enduring ? 1_000 : 100

/** An aggregator lets in a quarter as many runs as it has descriptors. */
const fewDescriptors = (here: Site, name: string): Started =>
  here.start('sh', ['-c', `ulimit -n 320; exec python3 ${name}`])

const [plain, wrapped] = ways
const tried = [
  [...plain!, many, false],
  ...seldom(
    [...wrapped!, many, false] as const,
    ['no wrapper and few descriptors', fewDescriptors, 200, false] as const,
    [...plain!, 100, true] as const,
    [...wrapped!, 100, true] as const,
  ),
] as const

it.each(tried)(
  'a process under %s whose sessions end faster than runs are written has a run of each (%#)',
  async (_way, startIt, count, wait) => {
    const here = site()
    const result = await startIt(here, here.script('t.py', script(count, wait))).ended
    expect(result.code, result.stderr).toBe(0)
    await gone(here)
    expect(folders(here.spoolRoot, 'sessions'), 'what is left in the spool').toEqual([])
    const runs = here.runs()
    expect(runs.map(({ file }) => `${file.status} ${file.finished} ${file.logs}`)).toEqual(
      Array.from({ length: count }, () => 'completed true 1'),
    )
    const values = runs.map(({ graph }) => Number(graph.each(graph.labelled('loss'), 'hasValue')[0]))
    expect(values.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, trial) => trial))
  },
)

/** Resolves when no process of ours lives: they go on for as long as there are fewer sessions each time that somebody looks. */
async function gone(here: Site): Promise<void> {
  let [left, sinceMs] = [Infinity, performance.now()]
  while (here.ours().length > 0 && performance.now() - sinceMs < 30_000) {
    const now = folders(here.spoolRoot, 'sessions').length
    if (now < left) [left, sinceMs] = [now, performance.now()]
    await pause(250)
  }
  expect(here.ours(), 'what outlived its script').toEqual([])
}

/** What is in the folders of this name of all trees. */
function folders(spoolRoot: string, name: string): string[] {
  const namesIn = (folder: string): string[] => (fs.existsSync(folder) ? fs.readdirSync(folder) : [])
  return namesIn(spoolRoot).flatMap((tree) => namesIn(path.join(spoolRoot, tree, name)))
}
