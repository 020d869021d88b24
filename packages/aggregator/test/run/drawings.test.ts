import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createGraphBuilder } from '@provloom/graph'
import type { ProvDocument } from '@provloom/prov'
import { systemFiles } from '@provloom/shared'
import type { Files } from '@provloom/shared'
import PQueue from 'p-queue'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { beginRun } from '../../src/run/open.ts'
import type { OpenRun } from '../../src/run/open-run.ts'
import type { Surroundings } from '../../src/run/surroundings.ts'
import type { AggregatorStatus } from '../../src/status.ts'
import { factsOf, nothing, surroundings } from '../support/surroundings.ts'

let home: string
let told: AggregatorStatus[]

beforeEach(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-drawings-'))
  told = []
})

afterEach(() => fs.rmSync(home, { recursive: true }))

function drawing(more: Partial<Surroundings>): Surroundings {
  return surroundings({ tell: (status) => told.push(status), createGraph: true, createSvg: true, ...more })
}

function begin(of: Surroundings, name: string): Promise<OpenRun> {
  const runDir = path.join(home, name)
  fs.mkdirSync(runDir)
  return beginRun(of, factsOf(runDir))
}

const problems = (): unknown[] => told.flatMap((one) => (one.kind === 'problem' ? [one.code] : []))

test('runs that end together have their documents at once, and their pictures drawn one after the other', async () => {
  const drawings = new PQueue({ concurrency: 1, autoStart: false })
  const around = drawing({ drawings })
  const runs = [await begin(around, 'a'), await begin(around, 'b')]
  const ended = runs.map((run) => run.end('stopped', nothing))
  const drawn: string[][] = []
  drawings.on('next', () => {
    drawn.push(['a', 'b'].flatMap((name) => fs.readdirSync(path.join(home, name)).filter(isPicture)).sort())
  })
  await expect.poll(() => drawings.size).toBe(4)
  for (const name of ['a', 'b'])
    expect(fs.readFileSync(path.join(home, name, 'prov.json'), 'utf8')).toContain('"run:run"')
  expect(drawn).toEqual([])
  drawings.start()
  await Promise.all(ended)
  expect(drawn.map(({ length }) => length)).toEqual([1, 2, 3, 4])
  for (const { files } of runs) expect(files).toEqual(['prov.json', 'prov.dot', 'prov.svg'])
})

test('a picture that cannot be drawn is told as that, and costs the run nothing else', async () => {
  const run = await begin(
    drawing({
      createSvg: false,
      createGraphBuilder: (saved) => {
        const graph = createGraphBuilder(saved)
        // Nothing that a run holds is known to be one: this stands for what is not known.
        graph.document = () => undrawable
        return graph
      },
    }),
    'odd',
  )
  await run.end('stopped', nothing)
  expect(problems()).toEqual(['DRAWING_FAILED'])
  expect(run.files).toEqual(['prov.json'])
})

test('a picture that is drawn and cannot be written is told as a file that cannot be', async () => {
  const run = await begin(drawing({ files: refusing('prov.svg') }), 'full')
  await run.end('stopped', nothing)
  expect(problems()).toEqual(['FILE_UNWRITABLE'])
  expect(run.files).toEqual(['prov.json', 'prov.dot'])
})

const isPicture = (name: string): boolean => /^prov\.(dot|svg)$/.test(name)

const undrawable = {} as ProvDocument

/** A disk that is full for one file. */
function refusing(name: string): Files {
  const files = systemFiles()
  return {
    ...files,
    open: (file, ...more) => {
      if (path.basename(file).includes(name)) throw Object.assign(new Error('disk full'), { code: 'ENOSPC' })
      return files.open(file, ...more)
    },
  }
}
