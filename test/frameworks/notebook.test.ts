import path from 'node:path'
import { expect, it } from 'vitest'
import { folder, repository } from '../support/cli.ts'
import { frameworkPython, hasJudges, named } from '../support/needs.ts'
import { rowsOf } from '../support/parquet.ts'
import { site } from '../support/site.ts'

const needs = ['nbclient', 'ipykernel']
const isHere = hasJudges && frameworkPython(needs) !== undefined

it.skipIf(!isHere)(
  named(
    'in a notebook a cell that is executed again begins a run of its own, and a kernel that is killed ends its run as it is',
    isHere,
    `needs a Python with ${needs.join(', ')} in PROVLOOM_TEST_FRAMEWORKS or .cache/frameworks`,
  ),
  async () => {
    const here = site()
    const config = folder()
    const script = path.join(repository, 'test/frameworks/scripts/notebook.py')
    const ran = await here.start(frameworkPython(needs)!, [script, here.saveDir], {
      env: { ...here.env, IPYTHONDIR: config, JUPYTER_CONFIG_DIR: config, JUPYTER_RUNTIME_DIR: config },
    }).ended
    expect(ran.stdout.trim(), ran.stderr).toBe('dead')
    const runs = await here.until(
      (all) => all.length === 3 && all.every(({ file }) => file.status !== 'running'),
    )
    // By which signal is known where its parent has not asked for it before the agent.
    const asItDid = expect.stringMatching(/^(?:killed|incomplete)$/) as unknown
    expect(runs.map(({ file }) => [file.status, file.logs])).toEqual([
      ['incomplete', 5],
      ['completed', 10],
      [asItDid, 5],
    ])
    const problems = runs.map(({ file }) => file.problemKinds.map(({ code }) => code))
    expect(problems.slice(0, 2)).toEqual([['NOT_ENDED'], []])
    for (const { graph, runDir, file } of runs) {
      expect(graph.violations()).toEqual([])
      expect(await rowsOf(runDir, 'loss')).toHaveLength(file.logs)
    }
  },
  300_000,
)
