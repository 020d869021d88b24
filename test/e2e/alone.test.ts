import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { binFolder, folder, provloom, repository, start } from '../support/cli.ts'
import { Graph, onlyRun } from '../support/graph.ts'
import { hasMpich, named } from '../support/needs.ts'

const script = `
import provloom
provloom.start_run("www.example.org", "alone")
for step in range(10):
    provloom.log_metric("loss", step, step=step)
provloom.end_run()
`

/** Resolves when run.json of the only run says that it is finished; the aggregator is a process of its own here. */
async function finished(saveDir: string): Promise<string> {
  for (;;) {
    try {
      const runDir = onlyRun(saveDir)
      if (/"finished": true/.test(fs.readFileSync(path.join(runDir, 'run.json'), 'utf8'))) return runDir
    } catch {
      // Not there yet; the test's own time limit ends this.
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

function lossRows(runDir: string): string[] {
  const graph = new Graph(runDir)
  expect(graph.violations()).toEqual([])
  return graph.each(graph.labelled('loss'), 'rows')
}

it('plain python train.py starts its own agent and aggregator, and leaves a graph', async () => {
  const dir = folder()
  fs.writeFileSync(path.join(dir, 'train.py'), script)
  const env = {
    PATH: `${binFolder()}:${process.env['PATH']}`,
    PYTHONPATH: path.join(repository, 'clients/python'),
    TMPDIR: dir,
  }
  const result = await start('python3', ['train.py'], { cwd: dir, env }).ended
  expect(result.code, result.stderr).toBe(0)
  expect(lossRows(await finished(path.join(dir, 'prov')))).toEqual(['10'])
})

it('where there is no provloom, it says once where the spool is, and provloom import makes the graph', async () => {
  const dir = folder()
  fs.writeFileSync(path.join(dir, 'train.py'), script)
  // Only the programs a script needs: no provloom, and none to be found upwards of the client either.
  const client = path.join(dir, 'client')
  fs.cpSync(path.join(repository, 'clients/python/provloom'), path.join(client, 'provloom'), {
    recursive: true,
  })
  const env = { PATH: '/usr/bin:/bin', PYTHONPATH: client, TMPDIR: dir }
  const result = await start('python3', ['train.py'], { cwd: dir, env }).ended
  expect(result.code, result.stderr).toBe(0)
  const told = [...result.stderr.matchAll(/provloom import (\S+)/g)]
  expect(told, result.stderr).toHaveLength(1)
  const saveDir = path.join(dir, 'prov')
  const imported = await provloom(['import', told[0]![1]!, '--provenance-save-dir', saveDir])
  expect(imported.code, imported.stderr).toBe(0)
  expect(lossRows(onlyRun(saveDir))).toEqual(['10'])
})

it.skipIf(!hasMpich)(
  named(
    'agent --with-aggregator: rank 0 brings the aggregator up, the others find it',
    hasMpich,
    'needs mpich',
  ),
  async () => {
    const dir = folder()
    fs.writeFileSync(path.join(dir, 'train.py'), script)
    const env = { PATH: `${binFolder()}:${process.env['PATH']}`, TMPDIR: dir }
    const args = [
      '-n',
      '3',
      'provloom',
      'agent',
      '--with-aggregator',
      '--collect-all-processes',
      '--',
      'python3',
      'train.py',
    ]
    const result = await start('mpiexec.hydra', args, { cwd: dir, env }).ended
    expect(result.code, result.stderr).toBe(0)
    expect(lossRows(await finished(path.join(dir, 'prov')))).toEqual(['10', '10', '10'])
  },
)
