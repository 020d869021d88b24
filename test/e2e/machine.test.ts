import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { folder, provloom } from '../support/cli.ts'
import { Graph, onlyRun } from '../support/graph.ts'
import { python } from '../support/python.ts'
import { site } from '../support/site.ts'

const script = `
import provloom
provloom.start_run("www.example.org", "e")
provloom.log_metric("loss", 1, step=1)
provloom.end_run()
`

test.each([
  ['what programs know of it too', '', 1],
  ['what the kernel tells, where somebody wants no programs', '1', 0],
])('the machine of a run is told, %s', async (_, none, known) => {
  const here = site({ PROVLOOM_NO_MACHINE: none })
  const { code, stderr } = await here.plain(here.script('t.py', script)).ended
  expect(code, stderr).toBe(0)
  const [run] = here.runs()
  const host = run!.graph.ofType('Host')
  for (const name of ['cores', 'memoryBytes', 'kernel', 'workFileSystem'])
    expect(run!.graph.each(host, name), name).toHaveLength(1)
  expect(run!.graph.each(host, 'distribution')).toHaveLength(known)
  expect(run!.file.problems).toBe(0)
})

test('an interpreter that all ranks run is asked once, and they share its environment', async () => {
  const saveDir = folder()
  const library = folder()
  const asked = path.join(library, 'asked')
  fs.writeFileSync(
    path.join(library, 'sitecustomize.py'),
    `import sys\nif sys.orig_argv[1] == "-c": print(sys.executable, file=open(${JSON.stringify(asked)}, "a"))\n`,
  )
  const file = path.join(library, 'train.py')
  // All of them are there at once: the last that leaves takes the answer with it.
  const together = `
import os
open(os.path.join(${JSON.stringify(library)}, "rank" + os.environ["RANK"]), "w").close()
while sum(name.startswith("rank") for name in os.listdir(${JSON.stringify(library)})) < 6: pass
`
  fs.writeFileSync(file, together + script)
  const { code, stderr } = await provloom(
    ['run', '-n', '6', '--collect-all-processes', '--provenance-save-dir', saveDir, '--', python, file],
    { env: { PYTHONPATH: library, PROVLOOM_SPOOL_ROOT: path.join(saveDir, '.spools') } },
  )
  expect(code, stderr).toBe(0)
  const graph = new Graph(onlyRun(saveDir))
  const environments = graph.ofType('Environment')
  expect(graph.each(environments, 'version')).toEqual([expect.stringMatching(/^CPython 3/)])
  const uses = graph.relations('used').filter((one) => graph.value(one, 'role') === 'environment')
  expect(uses).toHaveLength(6)
  // Not a rank's own ones: each is told what differs.
  expect(graph.values(environments[0]!, 'variableOfRank')).toContain('RANK')
  expect(fs.readFileSync(asked, 'utf8').trim().split('\n')).toHaveLength(1)
  expect(fs.existsSync(path.join(saveDir, '.spools', 'told'))).toBe(false)
})
