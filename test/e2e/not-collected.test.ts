import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { Graph } from '../support/graph.ts'
import { site } from '../support/site.ts'

const script = `import os, time, provloom
rank = int(os.environ["RANK"])
run = provloom.start_run("www.example.org", "x")
if rank == 0:
    while not os.path.exists("over"):
        provloom.log_metric("loss", 1.0)
        time.sleep(0.05)
    provloom.end_run()
else:
    while run.active:
        provloom.log_metric("loss", 1.0)
        time.sleep(0.05)
    open("ended", "w").write(str(time.time()))
    raise ValueError("no data")
`

it('a rank that is not collected and fails once it is quiet is told with its error, at the time at which it ended', async () => {
  const work = site({
    WORLD_SIZE: '2',
    MASTER_ADDR: '127.0.0.1',
    MASTER_PORT: '29400',
    PROVLOOM_SAMPLE_INTERVAL_SECONDS: '10',
  })
  fs.writeFileSync(path.join(work.dir, 'train.py'), script)
  const [first, second] = ['0', '1'].map((rank) =>
    work.start('python3', ['train.py'], { env: { RANK: rank } }),
  )
  expect((await second!.ended).code).toBe(1)
  fs.writeFileSync(path.join(work.dir, 'over'), '')
  const done = await first!.ended
  expect(done.code, done.stderr).toBe(0)
  await work.gone()
  const [run] = work.runs()
  const graph = new Graph(run!.runDir)
  expect(graph.violations()).toEqual([])
  const { activity } = JSON.parse(fs.readFileSync(path.join(run!.runDir, 'prov.json'), 'utf8')) as {
    activity: Record<string, Record<string, unknown>>
  }
  const rank = activity['run:rank-1']
  expect(rank).toMatchObject({
    'provloom:status': 'failed',
    'provloom:collected': false,
    'provloom:exitCode': 1,
  })
  expect(rank?.['provloom:error']).toContain('no data')
  const ended = Number(fs.readFileSync(path.join(work.dir, 'ended'), 'utf8')) * 1000
  expect(Math.abs(Date.parse(String(rank?.['prov:endTime'])) - ended)).toBeLessThan(1_000)
})
