import fs from 'node:fs'
import path from 'node:path'
import { equalDocuments, readJson, validate, writeJson } from '@provloom/prov'
import type { Attempt, Rank } from '@provloom/shared'
import { expect, it } from 'vitest'
import { RunScript } from '../../packages/graph/test/support/run.ts'
import { trainedRun } from '../../packages/graph/test/support/trained.ts'
import { repository } from '../support/cli.ts'

/**
 * A document of each kind, as this format of `run:record` has it. They stay as they are, and every later version reads
 * them; what is written otherwise from now on has another format. PROVLOOM_UPDATE_GOLDEN=1 writes them anew.
 */
const kinds: Readonly<Record<string, () => RunScript>> = {
  '4-ranks': () => trainedRun(4),
  '12-ranks': () => trainedRun(12),
  recovered,
  restarted,
  'ended-before-its-process': endedEarly,
}

const lr = { type: 'param', key: 'lr', valueType: 'float', value: '0.1' } as const
const loss = { type: 'series', id: 0, key: 'loss', context: 'training' } as const
const ended = { type: 'session.end', status: 'completed', by: 'call' } as const

/** Its aggregator was killed, and what was left was put together later. */
function recovered(): RunScript {
  const run = new RunScript().open().admit(0).admit(1)
  for (const rank of [0, 1]) run.log(rank, [lr, loss], [{ series: 0, step: 0, value: rank }])
  run.tell({
    kind: 'resumed',
    time: run.nowUs + 3.6e9,
    aggregator: { version: '0.1.0', host: 'login', pid: 8 },
    cause: 'it was named, to be recovered or handed in to',
  })
  run.log(0, [ended]).end(0)
  return run.tell({ kind: 'lost', time: run.nowUs + 3.6e9, rank: 1 as Rank, attempt: 0 as Attempt }).close()
}

/** A rank failed, and its launcher started both again. */
function restarted(): RunScript {
  const run = new RunScript().open()
  for (const attempt of [0, 1]) {
    for (const rank of [0, 1]) run.admit(rank, attempt, 'node0', 2)
    for (const rank of [0, 1]) run.log(rank, [lr, loss], [{ series: 0, step: attempt, value: rank }], attempt)
    run.log(1, [attempt === 0 ? { type: 'rank.end', status: 'failed', exitCode: 1 } : ended], [], attempt)
    if (attempt === 1) run.log(0, [ended], [], 1)
    for (const rank of [0, 1]) run.end(rank, attempt)
  }
  return run.close()
}

/** end_run, and the process goes on and fails later: it ends a run more than once. */
function endedEarly(): RunScript {
  const run = new RunScript().open().admit(0, 0, 'node0', 1)
  run
    .log(0, [lr, loss], [{ series: 0, step: 0, value: 1 }])
    .log(0, [ended, ended])
    .end(0)
  const exited = { kind: 'exited', time: run.nowUs, heardTime: run.nowUs } as const
  run.tell({ ...exited, rank: 0 as Rank, attempt: 0 as Attempt, exitCode: 1 })
  return run.close()
}

const folder = path.join(repository, 'test/data/golden/documents')

it.each(Object.entries(kinds))(
  'the document of a run of the kind %s is read, and still written so',
  (kind, make) => {
    const file = path.join(folder, `${kind}.json`)
    if (process.env['PROVLOOM_UPDATE_GOLDEN'] === '1') {
      fs.mkdirSync(folder, { recursive: true })
      fs.writeFileSync(file, make().text())
    }
    const text = fs.readFileSync(file, 'utf8')
    const document = readJson(text)
    expect(validate(document)).toEqual([])
    expect(equalDocuments(readJson(writeJson(document)), document)).toBe(true)
    expect(text).toContain('"provloom:format":2')
    expect(make().text()).toBe(text)
  },
)
