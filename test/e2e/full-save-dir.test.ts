import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readRunFile } from '@provloom/rundir'
import { binFolder, folder, provloom, repository, start, startProvloom } from '../support/cli.ts'
import type { Started } from '../support/cli.ts'
import { Graph, onlyRun } from '../support/graph.ts'
import { until } from '../support/job.ts'
import { describeOnSmallDisk, smallDisk } from '../support/small-disk.ts'
import type { SmallDisk } from '../support/small-disk.ts'

const client = path.join(repository, 'clients/python')
const metrics = 20_000

const script = `
import os, sys, time, provloom
provloom.start_run("www.example.org", "full")
for step in range(${metrics}):
    provloom.log_metric("loss", step, step=step)
while len(sys.argv) > 1 and not os.path.exists(sys.argv[1]):
    time.sleep(0.01)
provloom.end_run(wait=None if "PLAIN" in os.environ else False)
print("the script has ended", flush=True)
`

/** Room for a run's first files, and not for its metrics. */
function nearlyFull(): SmallDisk {
  const disk = smallDisk(8_192)
  disk.fill(300)
  return disk
}

interface Place {
  readonly disk: SmallDisk
  readonly saveDir: string
  readonly spoolRoot: string
  readonly env: Record<string, string>
}

function place(): Place {
  const disk = nearlyFull()
  const spoolRoot = folder()
  const saveDir = path.join(disk.root, 'prov')
  return { disk, saveDir, spoolRoot, env: { PYTHONPATH: client, PROVLOOM_SPOOL_ROOT: spoolRoot } }
}

function run({ saveDir, env }: Place, goes?: string): Started {
  const command = ['python3', '-c', script, ...(goes === undefined ? [] : [goes])]
  return startProvloom(['run', '--provenance-save-dir', saveDir, '--', ...command], { env })
}

function times(text: string, words: RegExp): number {
  return text.match(new RegExp(words, 'gm'))?.length ?? 0
}

describeOnSmallDisk('a run whose disk is full to the end', () => {
  it('ends, names what it keeps as kept, and is whole when that is handed in', async () => {
    const here = place()
    const { code, stderr } = await run(here).ended
    expect(code, stderr).toBe(0)
    expect(stderr).toMatch(/ENOSPC.*\[LOG_FAILED\]; [\d,]+ records are kept in .*Hand in: provloom import /)
    expect(stderr).not.toContain('written again')
    expect(stderr).toMatch(/provloom: full_0 incomplete .*1 problem/)
    const runDir = onlyRun(here.saveDir)
    const before = readRunFile(runDir)
    expect(before).toMatchObject({ finished: false, status: 'incomplete', problems: 1, logs: 0 })
    expect(before.ledger.ranks[0]!.kept!.records).toBeGreaterThanOrEqual(metrics)
    expect(before.ledger.total.dropped).toBe(0)
    const graph = new Graph(runDir)
    const [rank] = graph.ofType('RankExecution')
    expect(graph.value(rank!, 'problem')).toMatch(/^KEPT: \d+ records are not in this graph: .*ENOSPC/)
    expect(graph.violations()).toEqual([])

    here.disk.fill()
    const recovered = await provloom(['recover', '--spool-root', here.spoolRoot, runDir])
    expect([recovered.code, recovered.stderr]).toEqual([
      3,
      expect.stringMatching(/ENOSPC.*\[(FILE_UNWRITABLE|LOG_FAILED)\]\nTry: /),
    ])

    here.disk.free()
    const imported = await provloom(['import', '--spool-root', here.spoolRoot])
    expect(imported.code, imported.stderr).toBe(0)
    const after = readRunFile(onlyRun(here.saveDir))
    expect(after).toMatchObject({ finished: true, status: 'completed', problems: 0, logs: metrics })
    expect(after.runId).toBe(before.runId)
  }, 60_000)

  it('ends at once when a signal asks it to', async () => {
    const here = place()
    const job = run(here)
    await job.seen(/the script has ended[^]*LOG_FAILED|LOG_FAILED[^]*the script has ended/)
    const began = performance.now()
    job.child.kill('SIGTERM')
    const { code, stderr } = await job.ended
    expect(performance.now() - began).toBeLessThan(4_000)
    expect(code, stderr).toBe(0)
    expect(stderr).toMatch(/records are kept in /)
  }, 60_000)

  it('says why on the standard error of a plain script, and in its log', async () => {
    const here = place()
    const env = { ...here.env, PROVLOOM_BIN: path.join(binFolder(), 'provloom'), PLAIN: '1' }
    const job = start('python3', ['-c', script], {
      env: { ...env, PROVLOOM_PROVENANCE_SAVE_DIR: here.saveDir },
    })
    const { code, stderr } = await job.ended
    expect(code, stderr).toBe(0)
    expect(stderr).toMatch(
      /not in a graph yet: .*journal \(ENOSPC.*Check that the disk has room .*; kept in /,
    )
    const log = path.join(onlyRun(here.saveDir), 'provloom.log')
    await until(() => fs.existsSync(log) && fs.readFileSync(log, 'utf8').includes('ENOSPC'))
  }, 60_000)
})

describeOnSmallDisk('a run whose disk is full for a while', () => {
  it('says once that it is and once that it is no more, and holds everything', async () => {
    const here = place()
    const goes = path.join(folder(), 'goes')
    const job = run(here, goes)
    await job.seen(/LOG_FAILED/)
    here.disk.free()
    await job.seen(/written again/)
    fs.writeFileSync(goes, '')
    const { code, stderr } = await job.ended
    expect(code, stderr).toBe(0)
    expect(times(stderr, /written again/)).toBe(1)
    expect(times(stderr, /^provloom: Could not append/)).toBe(1)
    const file = readRunFile(onlyRun(here.saveDir))
    expect(file).toMatchObject({ finished: true, status: 'completed', logs: metrics, problems: 0 })
  }, 60_000)
})

const withFile = `
import os, sys, time, provloom
provloom.start_run("www.example.org", "file")
with open("weights.bin", "wb") as file:
    file.write(b"w" * 200_000)
provloom.log_artifact("weights.bin")
os.remove("weights.bin")
provloom.log_metric("loss", 0.5)
while len(sys.argv) > 1 and not os.path.exists(sys.argv[1]):
    time.sleep(0.01)
print("ended", provloom.end_run(), flush=True)
`

interface WithFile {
  readonly job: Started
  readonly disk: SmallDisk
  readonly saveDir: string
  readonly spoolRoot: string
}

/** A run on a disk with room for its own files, and none for the file that it logs. */
function runWithFile(...args: readonly string[]): WithFile {
  const disk = smallDisk(8_192)
  disk.fill(150)
  const [spoolRoot, cwd, saveDir] = [folder(), folder(), path.join(disk.root, 'prov')]
  const env = { PYTHONPATH: client, PROVLOOM_SPOOL_ROOT: spoolRoot }
  const command = ['python3', '-c', withFile, ...args]
  const job = startProvloom(['run', '--provenance-save-dir', saveDir, '--', ...command], { env, cwd })
  return { job, disk, saveDir, spoolRoot }
}

function expectStored(runDir: string): void {
  const copy = fs.readFileSync(path.join(runDir, 'artifacts/rank0/weights.bin'))
  expect(copy.equals(Buffer.alloc(200_000, 'w'))).toBe(true)
  expect(readRunFile(runDir)).toMatchObject({ finished: true, status: 'completed', problems: 0 })
  const graph = new Graph(runDir)
  expect(graph.ofType('StoredCopy')).toHaveLength(1)
  expect(graph.violations()).toEqual([])
}

describeOnSmallDisk('a logged file that the save directory has no room for', () => {
  it('is kept with its session, and an import stores it', async () => {
    const { job, disk, saveDir, spoolRoot } = runWithFile()
    const { code, stdout, stderr } = await job.ended
    expect(code, stderr).toBe(0)
    expect(stdout).toContain('ended False')
    expect(stderr).toMatch(/weights\.bin cannot be copied into the run directory now: ENOSPC.*tried again/)
    expect(stderr).toMatch(
      /1 logged file is not in the run directory yet: ENOSPC.*its session is kept in .*Hand in: provloom import /,
    )
    const runDir = onlyRun(saveDir)
    expect(readRunFile(runDir)).toMatchObject({ finished: false, status: 'incomplete', problems: 1 })
    expect(readRunFile(runDir).problemKinds).toMatchObject([{ code: 'KEPT', count: 1 }])
    const [rank] = new Graph(runDir).ofType('RankExecution')
    expect(new Graph(runDir).value(rank!, 'problem')).toMatch(/^KEPT: not all is in this run: 1 logged file/)
    expect((await provloom(['spools', '--spool-root', spoolRoot])).stdout).toMatch(/0 records, 1 file$/m)

    const again = await provloom(['import', '--spool-root', spoolRoot])
    expect([again.code, again.stderr]).toEqual([3, expect.stringMatching(/ENOSPC/)])
    disk.free()
    const imported = await provloom(['import', '--spool-root', spoolRoot])
    expect(imported.code, imported.stderr).toBe(0)
    expectStored(runDir)
    expect(fs.readdirSync(spoolRoot)).toEqual([])
  }, 90_000)

  it('is stored as soon as there is room', async () => {
    const goes = path.join(folder(), 'goes')
    const { job, disk, saveDir } = runWithFile(goes)
    await job.seen(/cannot be copied into the run directory now/)
    disk.free()
    await job.seen(/logged files are copied into the run directory again/)
    fs.writeFileSync(goes, '')
    const { code, stdout, stderr } = await job.ended
    expect([code, stdout], stderr).toEqual([0, expect.stringContaining('ended True')])
    expectStored(onlyRun(saveDir))
  }, 60_000)

  it('holds up no end that a signal asks for', async () => {
    const { job, saveDir } = runWithFile()
    await job.seen(/ended False/)
    const began = performance.now()
    job.child.kill('SIGTERM')
    const { code, stderr } = await job.ended
    expect(performance.now() - began).toBeLessThan(10_000)
    // The worker may have left by itself before the signal, or not.
    expect([0, 143], stderr).toContain(code)
    expect(stderr).toMatch(/its session is kept in /)
    expect(readRunFile(onlyRun(saveDir)).finished).toBe(false)
  }, 60_000)
})

describe('sessions whose save directory cannot be made', () => {
  it('stay where they are: an import says why once, and how many are left, and where', async () => {
    const [cwd, spoolRoot] = [folder(), folder()]
    fs.writeFileSync(path.join(cwd, 'file'), '')
    const text = `
import provloom
for name in ("one", "two"):
    provloom.start_run("www.example.org", name, provenance_save_dir="file/prov")
    provloom.log_param("lr", 0.1)
    provloom.end_run()
provloom.start_run("www.example.org", "three")
provloom.end_run()
`
    const env = { PYTHONPATH: client, PROVLOOM_SPOOL_ROOT: spoolRoot, PROVLOOM_BIN: '/nonexistent/provloom' }
    await start('python3', ['-c', text], { cwd, env }).ended
    const { code, stderr } = await provloom(['import', '--spool-root', spoolRoot])
    expect(code).toBe(3)
    expect(times(stderr, /Could not make a run directory/)).toBe(1)
    expect(stderr).toMatch(/file\/prov \(ENOTDIR.*--provenance-save-dir \[SAVE_DIR_UNWRITABLE\]/)
    expect(stderr).not.toContain('again')
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(
      /2 sessions in no graph yet, kept in .*; hand in: provloom import --provenance-save-dir DIR \S+ \S+, DIR being/,
    )
    expect(readRunFile(onlyRun(path.join(cwd, 'prov'))).status).toBe('completed')
  }, 60_000)
})
