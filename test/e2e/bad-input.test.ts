import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { folder, provloom, startProvloom } from '../support/cli.ts'
import { Graph, onlyRun } from '../support/graph.ts'

const names = ['--experiment-name', 'x', '--prov-user-namespace', 'www.example.org']

describe('bad input is answered with what is wrong and what to try', () => {
  it('an unknown option', async () => {
    const result = await provloom(['run', '--experiment-nam', 'x', '--', 'true'])
    expect(result.stderr).toBe(
      "Error: Unknown option '--experiment-nam' [UNKNOWN_OPTION]\nTry:   Did you mean --experiment-name? --help lists them all.\n",
    )
    expect(result.code).toBe(2)
  })

  it('an unknown command', async () => {
    const result = await provloom(['aggregat'])
    expect(result.stderr).toContain('Did you mean aggregator?')
    expect(result.code).toBe(2)
  })

  it('a missing argument', async () => {
    const result = await provloom(['convert'])
    expect(result.stderr).toMatch(/^Error: .*missing.* \[MISSING_OPTION\]\nTry: /i)
    expect(result.code).toBe(2)
  })

  it('a missing command', async () => {
    const result = await provloom(['agent'])
    expect(result.stderr).toContain('[MISSING_COMMAND]')
    expect(result.stderr).toContain('provloom agent [options] -- command args...')
    expect(result.code).toBe(2)
  })

  it('a command that does not exist', async () => {
    const result = await provloom(['agent', '--provenance-save-dir', folder(), '--', 'no-such-program'])
    expect(result.stderr).toContain('no-such-program')
    expect(result.code).toBe(127)
  })

  it('a rank out of range', async () => {
    const result = await provloom(['agent', '--rank', '-1', '--', 'true'])
    expect(result.stderr).toContain('--rank must be an integer from 0 to 2147483647, not "-1"')
    expect(result.code).toBe(2)
  })

  it('a save directory that cannot be written', async () => {
    const file = path.join(folder(), 'file')
    fs.writeFileSync(file, '')
    const result = await provloom(['aggregator', ...names, '--provenance-save-dir', path.join(file, 'below')])
    expect(result.stderr).toMatch(/^Error: .*file.*\[SAVE_DIR_UNWRITABLE\]\nTry: /)
    expect(result.code).toBe(3)
  })

  it('a second aggregator for the same job in the same save directory', async () => {
    const saveDir = folder()
    const first = startProvloom(['aggregator', ...names, '--provenance-save-dir', saveDir])
    await first.seen(/listening/)
    const second = await provloom(['aggregator', ...names, '--provenance-save-dir', saveDir])
    expect(second.stderr).toContain('[AGGREGATOR_RUNNING]')
    expect(second.stderr).toContain('--job-key')
    expect(second.code).toBe(3)
  })

  it('a metric that is no number, and an artifact that does not exist: told, recorded, and the training goes on', async () => {
    const saveDir = folder()
    const file = path.join(saveDir, '.train.py')
    fs.writeFileSync(
      file,
      [
        'import provloom',
        'provloom.start_run("www.example.org", "odd")',
        'provloom.log_metric("loss", "high")',
        'provloom.log_artifact("weights", "/no/such/file")',
        'provloom.log_metric("loss", 0.5)',
        'provloom.end_run()',
        'print("went on")',
      ].join('\n'),
    )
    const result = await provloom(['run', '--provenance-save-dir', saveDir, '--', 'python3', file])
    expect(result.code).toBe(0)
    expect(result.stdout).toBe('went on\n')
    expect(result.stderr).toContain('loss')
    expect(result.stderr).toContain('/no/such/file')
    const graph = new Graph(onlyRun(saveDir))
    expect(graph.violations()).toEqual([])
    expect(JSON.stringify(graph.document)).toContain('/no/such/file')
  })

  it('garbage sent to the port changes nothing', async () => {
    const saveDir = folder()
    const aggregator = startProvloom([
      'aggregator',
      ...names,
      '--provenance-save-dir',
      saveDir,
      '--collect-all-processes',
    ])
    const [, port] = await aggregator.seen(/listening on tcp:\/\/[^:]+:(\d+)/)
    await new Promise<void>((resolve) => {
      const socket = net.connect(Number(port), '127.0.0.1', () =>
        socket.write(Buffer.alloc(100_000, 0xa5), () => socket.destroy()),
      )
      socket.on('error', () => {})
      socket.on('close', () => resolve())
    })
    const agent = await provloom(['agent', '--provenance-save-dir', saveDir, '--', 'true'])
    expect(agent.code, agent.stderr).toBe(0)
    aggregator.child.kill('SIGTERM')
    expect((await aggregator.ended).code).toBe(0)
    const graph = new Graph(onlyRun(saveDir))
    expect(graph.ofType('RankExecution')).toHaveLength(1)
    expect(graph.violations()).toEqual([])
  })
})
