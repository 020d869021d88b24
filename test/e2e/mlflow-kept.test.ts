import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { folder, provloom } from '../support/cli.ts'
import { Graph } from '../support/graph.ts'
import { mlflow, script } from '../support/mlflow-job.ts'
import { rowsOf } from '../support/parquet.ts'
import { describeOnSmallDisk, smallDisk } from '../support/small-disk.ts'

it('a run that three jobs go on with has one history under its id: every value of each, in order', async () => {
  const logs = (from: number): string => `
    for (let step = ${from}; step < ${from} + 30; step++) await metric(run, 'loss', step / 8, step)
    await call('/runs/log-parameter', { run_id: run, key: 'from${from}', value: '${from}' })
    await end(run)
  `
  const first = await mlflow(script(`const run = await begin('long'); ${logs(0)} console.log(run)`))
  expect(first.code, first.stderr).toBe(0)
  const env = { MLFLOW_RUN_ID: first.stdout.trim(), PROVLOOM_PROVENANCE_SAVE_DIR: first.saveDir }
  for (const [n, from] of [30, 60].entries()) {
    const text = `
      const run = process.env.MLFLOW_RUN_ID
      const { data } = (await call('/runs/get?run_id=' + run)).run
      await call('/runs/update', { run_id: run, status: 'RUNNING' })
      const history = async () => (await call('/metrics/get-history?run_id=' + run + '&metric_key=loss')).metrics
      const before = await history()
      ${logs(from)}
      const after = await history()
      const { metrics: page } = await call('/metrics/get-history?run_id=' + run + '&metric_key=loss&max_results=7&page_token=${from - 3}')
      console.log(JSON.stringify({ data, before, after, page }))
    `
    const { code, stdout, stderr } = await mlflow(script(text), { env })
    expect(code, stderr).toBe(0)
    const said = JSON.parse(stdout) as Record<string, { step: number; value: number }[]> & {
      data: { params: { key: string }[]; metrics: { value: number }[] }
    }
    const values = (points: { step: number; value: number }[] = []): number[][] =>
      points.map(({ step, value }) => [step, value])
    const expected = (count: number): number[][] =>
      Array.from({ length: count }, (_, step) => [step, step / 8])
    expect(values(said['before']), `job ${n}`).toEqual(expected(from))
    expect(values(said['after'])).toEqual(expected(from + 30))
    expect(values(said['page'])).toEqual(expected(from + 4).slice(-7))
    expect(said.data.metrics.map(({ value }) => value)).toEqual([(from - 1) / 8])
    expect(said.data.params.map(({ key }) => key)).toEqual([0, 30].slice(0, n + 1).map((one) => `from${one}`))
  }
  expect(fs.readdirSync(first.saveDir).filter((name) => name.startsWith('long_'))).toHaveLength(3)
}, 60_000)

it('files and tags of a client whose agent is killed are in the record when its session is handed in', async () => {
  const work = folder()
  const root = ['--spool-root', path.join(work, 'spools')]
  const text = `
    import fs from 'node:fs'
    import path from 'node:path'
    import { fileURLToPath } from 'node:url'
    const run = await begin('killed', [{ key: 'team', value: 'blue' }])
    await metric(run, 'x', 1, 0)
    const { info } = (await call('/runs/get?run_id=' + run)).run
    // As MLflow's client does, below the artifact URI that it was told: a file, or where there is little room it is sent.
    if (info.artifact_uri.startsWith('file:')) {
      const note = path.join(fileURLToPath(info.artifact_uri), 'notes', 'note.txt')
      fs.mkdirSync(path.dirname(note), { recursive: true })
      fs.writeFileSync(note, 'stored')
    } else await put(info.artifact_uri, 'notes/note.txt', 'stored')
    await call('/runs/set-tag', { run_id: run, key: 'late', value: '7' })
    const agent = fs.readdirSync('/proc').filter((name) => /^\\d+$/.test(name)).find((pid) => {
      try {
        return fs.readFileSync('/proc/' + pid + '/cmdline', 'utf8').includes('\\0agent\\0') && fs.readlinkSync('/proc/' + pid + '/cwd') === process.cwd()
      } catch { return false }
    })
    process.kill(Number(agent), 'SIGKILL')
  `
  const args = ['run', '--mlflow', ...root, '--sample-interval-seconds', '0', '--', ...script(text)]
  const { stderr } = await provloom(args, { cwd: work })
  expect(stderr).toMatch(/agent was killed/)
  const handed = await provloom(['import', ...root], { cwd: work })
  expect(handed.code, handed.stderr).toBe(0)
  // Into its run, or one of its own where that was finished meanwhile.
  const run = fs
    .readdirSync(path.join(work, 'prov'))
    .map((name) => path.join(work, 'prov', name))
    .find((one) => fs.existsSync(path.join(one, 'artifacts')))!
  const graph = new Graph(run)
  expect(graph.violations()).toEqual([])
  const [note] = graph.labelled('notes/note.txt')
  expect(fs.readFileSync(path.join(run, graph.value(note!, 'location')!), 'utf8')).toBe('stored')
  for (const [tag, value] of [
    ['team', 'blue'],
    ['late', '7'],
  ] as const)
    expect(graph.labelled(tag).map((one) => graph.value(one, 'value'))).toEqual([value])
  expect((await rowsOf(run, 'x')).map(({ value }) => value)).toEqual([1])
  expect(fs.existsSync(path.join(work, 'spools')) ? fs.readdirSync(path.join(work, 'spools')) : []).toEqual(
    [],
  )
})

it('with --mlflow-http-artifacts a client sends its files by HTTP, and reads them back', async () => {
  const text = `
    const run = await begin('sent')
    const { artifact_uri: at } = (await call('/runs/get?run_id=' + run)).run.info
    const address = uri + '/api/2.0/mlflow-artifacts/artifacts' + at.replace('mlflow-artifacts:', '') + '/a%20b.txt'
    const headers = { authorization: 'Bearer ' + token }
    await fetch(address, { method: 'PUT', headers, body: 'by HTTP' })
    const back = await (await fetch(address, { headers })).text()
    await end(run)
    console.log(at.split(':')[0] + ' ' + back)
  `
  const ran = await mlflow(script(text), { options: ['--mlflow-http-artifacts'] })
  expect(ran.code, ran.stderr).toBe(0)
  expect(ran.stdout.trim()).toBe('mlflow-artifacts by HTTP')
  const graph = new Graph(ran.runs[0]!)
  const [file] = graph.labelled('a b.txt')
  expect(fs.readFileSync(path.join(ran.runs[0]!, graph.value(file!, 'location')!), 'utf8')).toBe('by HTTP')
})

describeOnSmallDisk('files that find no room on the spool’s disk', () => {
  it('are told once and not kept, and the script goes on', async () => {
    const disk = smallDisk(24 * 1024)
    const text = `
      const run = await begin('full')
      const { artifact_uri: at } = (await call('/runs/get?run_id=' + run)).run.info
      const statuses = []
      for (const name of ['a.bin', 'b.bin']) statuses.push((await put(at, name, Buffer.alloc(40 * 2 ** 20))).status)
      statuses.push((await put(at, 'small.txt', 'small')).status, (await metric(run, 'x', 1, 0)).status)
      await end(run)
      console.log(at.split(':')[0] + ' ' + statuses)
      process.exitCode = 4
    `
    const ran = await mlflow(script(text), { options: ['--spool-root', path.join(disk.root, 'spools')] })
    expect(ran.code, ran.stderr).toBe(4)
    expect(ran.stdout.trim()).toBe('mlflow-artifacts 200,200,200,200')
    expect(ran.stderr.match(/a\.bin: .*ENOSPC/g)).toHaveLength(1)
    expect(ran.stderr.match(/b\.bin: .*ENOSPC/g)).toHaveLength(1)
    const graph = new Graph(ran.runs[0]!)
    expect(graph.labelled('small.txt')).toHaveLength(1)
    expect(graph.labelled('a.bin')).toHaveLength(0)
    expect((await rowsOf(ran.runs[0]!, 'x')).map(({ value }) => value)).toEqual([1])
  })
})
