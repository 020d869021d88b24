import { expect, test } from 'vitest'
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
