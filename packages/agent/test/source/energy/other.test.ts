import fs from 'node:fs'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { CodecarbonTracker } from '../../../src/source/energy/other/codecarbon.ts'
import { OtherTools } from '../../../src/source/energy/other/others.ts'
import { SacctTool, joulesIn } from '../../../src/source/energy/other/sacct.ts'
import type { OtherFigures, OtherTool } from '../../../src/source/energy/other/tool.ts'
import { ManualClock } from '../../support/clock.ts'
import { EnergyScene, hostId, turns } from '../../support/energy-scene.ts'
import { EnergyStream } from '../../support/energy-stream.ts'
import { freshFolder } from '../../support/place.ts'

/** A program of that name, in a folder of its own. */
function program(name: string, text: string): string {
  const folder = freshFolder()
  fs.writeFileSync(path.join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
  return folder
}

/** Speaks as CodeCarbon's program does: of a `python -c PROGRAM GIVEN` it takes neither. */
function tracker(text: string): CodecarbonTracker {
  const python = path.join(program('python', text), 'python')
  const one = new CodecarbonTracker(python, { PATH: process.env['PATH'] }, { zone: 'FR' }, 1_000)
  onTestFinished(() => one.end())
  return one
}

async function answered(one: CodecarbonTracker): Promise<OtherFigures | string> {
  for (;;) {
    const told = await one.ask()
    if (told !== undefined) return told
    await turns()
  }
}

const begins = `echo '{"version":"3.3.2","methods":{"processors":{"mode":"cpu_load","watts":8},"memory":{"mode":"constant"}}}'`
const figures = (isPlaced: boolean): string =>
  `echo '{"ms":5000,"isPlaced":${isPlaced},"gramsCO2e":3,"energy":300,"memoryWatts":20,"joules":{"processors":100,"memory":200,"accelerators":0}}'`

test("a tracker's figures are told by part, with how it came to them, and its CO2 shared out by joules", async () => {
  const one = tracker(`${begins}\nwhile read line; do ${figures(true)}; done`)
  expect(await answered(one)).toEqual({
    version: '3.3.2',
    parts: [
      {
        part: 'processors',
        kind: 'estimated',
        method: 'load of the processors, of 8 W',
        joules: 100,
        coveredMs: 5000,
        gramsCO2e: 1,
      },
      {
        part: 'memory',
        kind: 'estimated',
        method: 'a constant of 20 W',
        joules: 200,
        coveredMs: 5000,
        gramsCO2e: 2,
      },
    ],
  })
})

test('without a place it has no CO2, whatever it says', async () => {
  const told = await answered(tracker(`${begins}\nwhile read line; do ${figures(false)}; done`))
  expect(typeof told === 'string' ? [] : told.parts.map(({ gramsCO2e }) => gramsCO2e)).toEqual([
    undefined,
    undefined,
  ])
})

test('a tracker that fails, or ends, says why', async () => {
  expect(await answered(tracker(`echo '{"reason":"ImportError: no pandas"}'`))).toBe('ImportError: no pandas')
  expect(await answered(tracker('exit 3'))).toBe('it ended')
  const gone = new CodecarbonTracker('/nowhere/python', {}, {}, 1_000)
  expect(await answered(gone)).toMatch(/ENOENT/)
})

/** A tool whose figure a test sets. */
class Tool implements OtherTool {
  readonly tool = 'codecarbon'
  joules: number | string | undefined = 0
  lasts = 0

  begin(): void {}

  async ask(isLast: boolean): Promise<OtherFigures | string | undefined> {
    if (isLast) this.lasts++
    if (typeof this.joules !== 'number') return this.joules
    return { version: '1', parts: [{ part: 'memory', kind: 'estimated', method: 'm', joules: this.joules }] }
  }

  end(): void {}
}

test('of a machine that is watched more than once the times are added up, and what is as it was is not told again', async () => {
  const [tool, stream] = [new Tool(), new EnergyStream()]
  const others = new OtherTools({ clock: new ManualClock(), tools: [tool], hostId, patienceMs: 1_000 })
  others.begin()
  tool.joules = 100
  await others.look(stream)
  await others.look(stream)
  await others.end(stream)
  others.begin()
  tool.joules = 30
  await others.end(stream)
  expect(stream.facts).toMatchObject([
    { type: 'energy.other', hostId, tool: 'codecarbon', version: '1', part: 'memory', joules: 100 },
    { joules: 130 },
  ])
  expect([tool.lasts, stream.facts.length]).toEqual([2, 2])
})

test('a tool that does not answer is waited for so long, and no longer', async () => {
  const clock = new ManualClock()
  const silent = Object.assign(new Tool(), { ask: () => new Promise<undefined>(() => {}) })
  const others = new OtherTools({ clock, tools: [silent], hostId, patienceMs: 1_000 })
  const ended = others.end(new EnergyStream())
  await turns()
  clock.advance(1_000)
  await ended
})

/** Rows as Slurm's documentation and sites have them: a job, its batch and extern steps, and a step of it. */
test.each([
  ['a job that has ended', '1935|101630\n1935.extern|101630\n1935.0|101630\n', 101_630],
  [
    'whose steps are accounted and the job is not',
    '7|\n7.batch|0\n7.extern|4580000\n7.0|4570000\n',
    4_580_000,
  ],
  ['that says NO_VAL64', '7|18446744073709551614\n7.batch|18446744073709551614\n7.0|52\n', 52],
])('of %s its joules are what is most: a job holds its steps', (_of, rows, joules) => {
  expect(joulesIn(rows)).toBe(joules)
})

test.each(['7|\n7.batch|\n', '7|0\n7.0|0\n', '7|18446744073709551614\n', ''])(
  'of a job of which nothing is accounted that is said, and no 0: %j',
  (rows) => {
    expect(joulesIn(rows)).toMatch(/^it accounts no energy of this job/)
  },
)

/** Runs on a machine of a Slurm job, whose accounting says one thing first and another then. */
async function inSlurm(variables: Record<string, string>, rows: string): Promise<EnergyStream> {
  const PATH = `${program('sacct', rows)}:${process.env['PATH'] ?? ''}`
  const scene = new EnergyScene({ variables: { SLURM_JOB_ID: '1935', PATH, ...variables } })
  const { use, stream } = scene.watch()
  await use.end()
  return stream
}

const counts = (folder: string): string =>
  `[ "$*" = "-n -P -j 1935 -o JobID,ConsumedEnergyRaw" ] || exit 9
mkdir "${folder}/asked" 2>/dev/null && { echo '1935|1000'; exit; }
echo '1935|101630'; echo '1935.0|100630'`

test('what Slurm accounts for the job while it was watched stands beside what was counted', async () => {
  const stream = await inSlurm({}, counts(freshFolder()))
  expect(stream.facts.filter(({ type }) => type === 'energy.other')).toMatchObject([
    { tool: 'slurm', part: 'job', kind: 'measured', joules: 100_630 },
  ])
})

test('Slurm is asked on the first machine of a job alone, and nowhere else', async () => {
  const variables = { PATH: process.env['PATH'] ?? '' }
  expect(SacctTool.of(variables, 1)).toBeUndefined()
  expect(SacctTool.of({ ...variables, SLURM_JOB_ID: '7', SLURM_NODEID: '1' }, 1)).toBeUndefined()
  expect(SacctTool.of({ ...variables, SLURM_JOB_ID: '7', SLURM_NODEID: '0' }, 1)).toBeDefined()
  expect(SacctTool.of({ ...variables, SLURM_JOB_ID: '7', PROVLOOM_NO_MACHINE: '1' }, 1)).toBeUndefined()
})

test('a cluster without accounting says nothing', async () => {
  const stream = await inSlurm({}, "echo 'Slurm accounting storage is disabled' >&2; exit 1")
  expect(stream.facts.filter(({ type }) => type === 'energy.other')).toEqual([])
})
