import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { repository } from '../support/cli.ts'
import { installed, manifestOf } from './packed.ts'

/** What a program of somebody else's might be, and what its compiler must not let through. */
const program = `
import { Context, endRun, logArtifact, logMetric, logParam, startRun } from '@provloom/agent'
import type { Run, RunOptions } from '@provloom/agent'
import { createAgent, superviseAgent } from '@provloom/agent/process'
import type { Agent, AgentConfig } from '@provloom/agent/process'
import { createAggregator } from '@provloom/aggregator'
import type { Aggregator, AggregatorStatus } from '@provloom/aggregator'
import { DocumentBuilder, validate, writeJson } from '@provloom/prov'
import { writeTurtle } from '@provloom/prov/turtle'
import { listRuns, openRun } from '@provloom/rundir'
import type { RunReader } from '@provloom/rundir'
import { ProvloomError } from '@provloom/shared'

const options: RunOptions = { experimentName: 'digits', collectAllProcesses: true, saveAfterNLogs: 50 }
const run: Run = startRun(options)
const spool: string | undefined = run.spool
logParam('lr', 0.1)
logMetric('loss', 0.5, { context: Context.TRAINING, step: 3 })
logArtifact('model.bin')
const held: boolean = await endRun({ createSvg: true })
// @ts-expect-error a count is no text
startRun({ saveAfterNLogs: '50' })
// @ts-expect-error no such option
startRun({ experiment: 'digits' })
// @ts-expect-error a metric is a number
logMetric('loss', 'small')

const config: AgentConfig = { mode: { kind: 'command', argv: ['python3', 'train.py'] }, jobKey: 'night-17' }
const agent: Agent = createAgent(config)
agent.listen((status) => {
  if (status.kind === 'welcomed') console.log(status.runDir)
})
void superviseAgent
// @ts-expect-error a mode has its own fields
createAgent({ mode: { kind: 'command', folder: 'x' } })
// @ts-expect-error an agent has a mode
createAgent({ jobKey: 'night-17' })

const aggregator: Aggregator = createAggregator({ experimentName: 'digits', exitWhenDone: true })
const said: AggregatorStatus[] = []
aggregator.listen((status) => said.push(status))
// @ts-expect-error a port is a number
createAggregator({ port: 'any' })
try {
  await aggregator.start()
} catch (error) {
  if (error instanceof ProvloomError && error.code === 'BIND_FAILED') console.error(error.hint)
  // @ts-expect-error no such code
  if (error instanceof ProvloomError && error.code === 'NO_SUCH_CODE') throw error
}

const reader: RunReader = openRun(listRuns('prov').runs[0]!.directory)
for await (const { step, value } of reader.points({ key: 'loss' })) {
  const last: number | undefined = value.at(-1)
  console.log(step.length, last)
}
// @ts-expect-error what is read is not written to
reader.file.status = 'failed'

const builder = new DocumentBuilder().namespace('ex', 'http://www.example.org/')
const document = builder.entity(builder.name('ex:model')).build()
const text: string = writeJson(document)
console.log(spool, held, text.length, validate(document).length, typeof writeTurtle)
`

it.each([
  ['node', 'nodenext'],
  ['a bundler', 'bundler'],
])('types of every door hold in a strict program of somebody else, resolved as by %s', (_, resolution) => {
  const { app, packages } = installed()
  for (const needed of ['@types/node', 'undici-types', 'hyparquet']) {
    const place = path.join(app, 'node_modules', needed)
    if (fs.existsSync(place)) continue
    fs.mkdirSync(path.dirname(place), { recursive: true })
    fs.symlinkSync(path.join(repository, 'node_modules', needed), place)
  }
  const doors = packages.flatMap((place) => {
    const { name, exports } = manifestOf(place)
    return Object.keys(exports).map((door) => path.posix.join(name, door))
  })
  const imports = doors.map((door, i) => `export * as door${i} from '${door}'`).join('\n')
  fs.writeFileSync(path.join(app, 'doors.ts'), imports)
  fs.writeFileSync(path.join(app, 'program.ts'), program)
  fs.writeFileSync(path.join(app, 'package.json'), '{"type": "module"}')
  const compilerOptions = {
    target: 'es2022',
    module: resolution === 'nodenext' ? 'nodenext' : 'esnext',
    moduleResolution: resolution,
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    // Our own declarations are checked too.
    skipLibCheck: false,
    types: ['node'],
    noEmit: true,
  }
  fs.writeFileSync(
    path.join(app, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['doors.ts', 'program.ts'] }),
  )
  const tsc = path.join(repository, 'node_modules/typescript/bin/tsc')
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', app], { encoding: 'utf8' })
  expect(stdout).toBe('')
  expect(status).toBe(0)
})
