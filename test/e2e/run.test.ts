import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { folder, provloom, repository } from '../support/cli.ts'
import { Graph, onlyRun } from '../support/graph.ts'

const script = `
import os, provloom
from provloom import Context
provloom.start_run("www.example.org", "script-name")
rank = int(os.environ["RANK"])
provloom.log_param("lr", 0.1)
provloom.log_param("seed", rank)
for step in range(25):
    provloom.log_metric("loss", rank + 1 / (step + 1), Context.TRAINING, step=step)
provloom.end_run()
`

async function runScript(
  args: readonly string[],
): Promise<{ saveDir: string; graph: Graph; stderr: string; code: number | null }> {
  const saveDir = folder()
  const file = path.join(saveDir, '.train.py')
  fs.writeFileSync(file, script)
  const result = await provloom(['run', '--provenance-save-dir', saveDir, ...args, '--', 'python3', file])
  return { saveDir, graph: new Graph(onlyRun(saveDir)), ...result }
}

describe('provloom run', () => {
  it('makes one valid graph of all ranks, and says so', async () => {
    const { graph, stderr, code, saveDir } = await runScript([
      '-n',
      '3',
      '--collect-all-processes',
      '--create-svg',
    ])
    expect(code, stderr).toBe(0)
    expect(graph.violations()).toEqual([])
    const ranks = graph.ofType('RankExecution')
    expect(graph.each(ranks, 'globalRank')).toEqual(['0', '1', '2'])
    expect(ranks.map((rank) => graph.value(rank, 'status'))).toEqual(['completed', 'completed', 'completed'])
    expect(
      graph.ofType('ModelEvaluation').filter((series) => graph.value(series, 'label')?.includes('loss')),
    ).toHaveLength(3)
    expect(stderr).toMatch(/ranks\s+3 of 3 completed/)
    expect(stderr).toMatch(/events\s+(\d+) sent = \1 stored \+ 0 dropped/)
    for (const file of ['prov.json', 'prov.dot', 'prov.svg', 'run.json']) {
      expect(fs.existsSync(path.join(onlyRun(saveDir), file)), file).toBe(true)
    }
    expect(fs.existsSync(path.join(onlyRun(saveDir), 'journal'))).toBe(false)
  })

  it('records the launch as it was typed', async () => {
    const { graph, saveDir } = await runScript(['-n', '2'])
    const [launch] = graph.ofType('Attempt')
    expect(JSON.parse(graph.value(launch!, 'argv')!)).toEqual([
      'provloom',
      'run',
      '--provenance-save-dir',
      saveDir,
      '-n',
      '2',
      '--',
      'python3',
      `${saveDir}/.train.py`,
    ])
  })

  it('takes the name of the experiment from the script when nobody else gives it', async () => {
    const { saveDir } = await runScript(['-n', '1'])
    expect(path.basename(onlyRun(saveDir))).toBe('script-name_0')
  })

  it('collects rank 0 alone by default, and tells the others so once', async () => {
    const { graph, stderr } = await runScript(['-n', '3'])
    expect(graph.ofType('RankExecution').map((rank) => graph.value(rank, 'globalRank'))).toEqual(['0'])
    for (const rank of [1, 2]) {
      expect(
        stderr
          .split('\n')
          .filter((line) => line.includes(`rank ${rank}`) && line.includes('collectAllProcesses')),
      ).toHaveLength(1)
    }
    const text = JSON.stringify(graph.document)
    expect(text).not.toContain('"rank1"')
  })

  it('ends with the worst exit code, and the graph says which rank failed', async () => {
    const saveDir = folder()
    const result = await provloom([
      'run',
      '-n',
      '2',
      '--collect-all-processes',
      '--provenance-save-dir',
      saveDir,
      '--experiment-name',
      'x',
      '--',
      'python3',
      '-c',
      'import os, sys; sys.exit(7 if os.environ["RANK"] == "1" else 0)',
    ])
    expect(result.code).toBe(7)
    const graph = new Graph(onlyRun(saveDir))
    const failed = graph.ofType('RankExecution').filter((rank) => graph.value(rank, 'status') === 'failed')
    expect(failed.map((rank) => [graph.value(rank, 'globalRank'), graph.value(rank, 'exitCode')])).toEqual([
      ['1', '7'],
    ])
    expect(graph.value(graph.ofType('Run')[0]!, 'status')).toBe('failed')
  })

  it('leaves the streams of the command as they are', async () => {
    const result = await provloom(['run', '-n', '1', '--provenance-save-dir', folder(), '--', 'cat'], {
      input: 'in and out\n',
    })
    expect(result.stdout).toBe('in and out\n')
  })

  it('runs the demo: four ranks learn digits, and the loss falls', async () => {
    const saveDir = folder()
    const result = await provloom([
      'run',
      '-n',
      '4',
      '--collect-all-processes',
      '--provenance-save-dir',
      saveDir,
      '--',
      'python3',
      path.join(repository, 'examples/demo/train.py'),
    ])
    expect(result.code, result.stderr).toBe(0)
    const graph = new Graph(onlyRun(saveDir))
    expect(graph.ofType('RankExecution')).toHaveLength(4)
    const accuracy = graph
      .ofType('ModelEvaluation')
      .find((series) => graph.value(series, 'label')?.includes('accuracy'))
    expect(Number(graph.value(accuracy!, 'hasValue'))).toBeGreaterThan(0.8)
  })
})

describe('the exit code', () => {
  it('is that of the worker that failed by itself, not of those that were then asked to end', async () => {
    const result = await provloom([
      'run',
      '-n',
      '3',
      '--provenance-save-dir',
      folder(),
      '--experiment-name',
      'x',
      '--',
      'sh',
      '-c',
      'if [ $RANK = 1 ]; then exit 3; fi; exec sleep 30',
    ])
    expect(result.code, result.stderr).toBe(3)
  })
})
