import { describe, expect, it } from 'vitest'
import { effort, enduring, seedOf, seldom } from '../../support/effort.ts'
import { randomFrom } from '../../support/random.ts'
import { expectWhole, param, pause, ranks, site } from '../../support/site.ts'
import type { Site } from '../../support/site.ts'
import { clients, interpreterOf, scriptOf } from './ways.ts'

/** kill -9 of ours, by a word of their command lines. */
function killOurs(here: Site, word: string): number {
  const found = here.ours().filter((one) => one.includes(`provloom.js ${word}`))
  for (const one of found) process.kill(Number.parseInt(one, 10), 'SIGKILL')
  return found.length
}

describe('agent and aggregator killed in the middle of a run', () => {
  it('keep end_run for some seconds once, and what is kept is a whole run by provloom import', async () => {
    const here = site()
    const name = here.script(
      'killed.py',
      `
import sys, time, provloom
def turn():
    provloom.start_run("www.example.org", "e")
    for step in range(100):
        provloom.log_metric("loss", step, step=step)
turn()
print("ready", flush=True)
sys.stdin.readline()
begin = time.monotonic(); first = provloom.end_run(); middle = time.monotonic(); second = provloom.end_run()
print(first, second, middle - begin < 7, time.monotonic() - middle < 0.1)
`,
    )
    const script = here.start('python3', [name], { talk: true })
    await script.seen(/ready/)
    await here.until((all) => all.length === 1)
    expect(killOurs(here, 'agent') + killOurs(here, 'aggregator')).toBe(2)
    script.child.stdin!.end('\n')
    const result = await script.ended
    expect(result.stdout, result.stderr).toBe('ready\nFalse False True True\n')
    const kept = [...result.stderr.matchAll(/provloom import (\S+)/g)].map(([, one]) => one!)
    expect(kept, result.stderr).toHaveLength(1)
    const imported = await here.start('provloom', ['import', ...kept]).ended
    // Where its run is still open on disk, that run's recovery is what is told.
    const recovery = /provloom (recover .*)/.exec(imported.stderr)?.[1]?.split(' ')
    if (recovery !== undefined) expect((await here.start('provloom', recovery).ended).code).toBe(0)
    const runs = here.runs()
    expect(runs.map(({ name }) => name)).toEqual(['e_0'])
    expectWhole(runs[0]!, 100)
    expect(ranks(runs[0]!)).toEqual(['0 0 completed'])
  })
})

describe('an aggregator killed again and again during a sweep', () => {
  it('has every session once, in its run', async () => {
    const here = site()
    const turns = enduring ? 12 : 4
    const name = here.script(
      'sweep.py',
      `
import time, provloom
for turn in range(${turns}):
    provloom.start_run("www.example.org", "e")
    provloom.log_param("turn", turn)
    for step in range(100):
        provloom.log_metric("loss", step, step=step)
        time.sleep(0.01)
    provloom.end_run()
`,
    )
    const random = randomFrom(seedOf(30))
    const script = here.wrapped([name])
    const isOver = (): boolean => script.child.exitCode !== null || script.child.signalCode !== null
    await here.until((runs) => runs.length > 0)
    for (let kills = 0; kills < (enduring ? 5 : 2) * effort && !isOver();) {
      await pause(500 + random.below(1_500))
      if (!isOver()) kills += killOurs(here, 'aggregator')
    }
    const result = await script.ended
    expect(result.code, result.stderr).toBe(0)
    await here.gone()
    const runs = here.runs()
    expect(
      runs.map((run) => param(run, 'turn')),
      result.stderr,
    ).toEqual(Array.from({ length: turns }, (_, turn) => String(turn)))
    for (const run of runs) {
      expectWhole(run, 100)
      expect(ranks(run)).toEqual(['0 0 completed'])
    }
  })
})

describe('children that live for one point', () => {
  it('are all stored, cost the last what the first did, and leave no more folders than there are of them', async () => {
    const here = site()
    const children = enduring ? 5_000 : 300
    const name = here.script(
      'forks.py',
      `
import glob, os, struct, time, provloom
run = provloom.start_run("www.example.org", "e")
took, most = [], 0
for child in range(${children}):
    reads, writes = os.pipe()
    pid = os.fork()
    if pid == 0:
        begin = time.perf_counter()
        provloom.log_metric("loss", child, step=child)
        os.write(writes, struct.pack("d", time.perf_counter() - begin))
        os._exit(0)
    took.append(struct.unpack("d", os.read(reads, 8))[0])
    os.waitpid(pid, 0)
    os.close(reads); os.close(writes)
    if child % 50 == 49: time.sleep(0.5)
early, late = sorted(took[5:55])[25], sorted(took[-50:])[25]
print("early %.2f ms late %.2f ms" % (early * 1e3, late * 1e3), late <= 3 * early + 0.001)
print(provloom.end_run(wait=True))
`,
    )
    const result = await here.wrapped([name]).ended
    expect(result.stdout, result.stderr).toMatch(/ms True\n/)
    await here.gone()
    const [run] = here.runs()
    expectWhole(run!, children)
    expect(ranks(run!)).toEqual(['0 0 completed'])
  }, 600_000)
})

const removing = {
  Python: (which: string) => `
import json, os, shutil, time, provloom
run = provloom.start_run("www.example.org", "e")
for step in range(500):
    provloom.log_metric("loss", step, step=step)
session = run.spool
def journaled():
    try:
        with open(session + "/control.json") as opened: return max(json.load(opened)["mark"].values(), default=0) > 500
    except OSError: return False
while not journaled(): time.sleep(0.05)
shutil.rmtree({"the session": session, "the tree": session + "/../..", "the root": session + "/../../.."}["${which}"], ignore_errors=True)
for step in range(500, 1000):
    provloom.log_metric("loss", step, step=step)
    time.sleep(0.005)
print(provloom.end_run())
`,
  TypeScript: (which: string) => `
const run = p.startRun({ provUserNamespace: 'www.example.org', experimentName: 'e' })
for (let step = 0; step < 500; step++) p.logMetric('loss', step, { step })
const session = run.spool
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const journaled = () => {
  try {
    return Math.max(0, ...Object.values(JSON.parse(fs.readFileSync(session + '/control.json', 'utf8')).mark)) > 500
  } catch {
    return false
  }
}
while (!journaled()) await pause(50)
const folder = { 'the session': session, 'the tree': session + '/../..', 'the root': session + '/../../..' }['${which}']
fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
for (let step = 500; step < 1000; step++) {
  p.logMetric('loss', step, { step })
  await pause(5)
}
console.log(await p.endRun())
`,
}

describe.each(clients)('a spool that is removed in the middle of a run of the %s client', (client) => {
  const places =
    client === 'Python' ? ['the session', 'the root', 'the tree'] : ['the root', 'the tree', 'the session']
  it.each([places[0]!, ...seldom(...places.slice(1))])(
    'leaves calls = stored + dropped, and is told: %s',
    async (which) => {
      const here = site()
      const name = scriptOf(here, client, removing[client](which))
      const result = await here.start(interpreterOf(name), [name]).ended
      expect(result.code, result.stderr).toBe(0)
      const [run] = await here.until((runs) => runs.length > 0 && runs[0]!.file.status !== 'running')
      const { sent, stored, dropped } = run!.file.ledger.total
      expect([run!.graph.violations(), stored + dropped], result.stderr).toEqual([[], sent])
      const rows = Number(run!.graph.each(run!.graph.labelled('loss'), 'rows')[0])
      // 500 were in the journal, and an agent that lives reads what is written afterwards.
      expect(rows).toBeGreaterThan(500)
      expect(rows + dropped).toBeGreaterThanOrEqual(1000)
      const told = run!.graph.ofType('RankExecution').flatMap((one) => run!.graph.values(one, 'problem'))
      expect(told.join('\n'), result.stderr).toContain('SPOOL_REMOVED')
    },
  )
})
