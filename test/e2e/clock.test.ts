import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { folder, provloom } from '../support/cli.ts'
import { Graph, onlyRun } from '../support/graph.ts'
import { named } from '../support/needs.ts'
import { rowsOf } from '../support/parquet.ts'

/** Debian's libfaketime, which gives a process the wall clock that a file says. */
const libraries = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib']
const fakeTime = libraries.map((one) => `${one}/faketime/libfaketime.so.1`).find((one) => fs.existsSync(one))

/** A worker that sets its own clock back and forth while it logs. */
const script = `
import os, time, provloom
from provloom import Context

def set_clock(offset):
    with open(os.environ["FAKETIME_TIMESTAMP_FILE"] + ".new", "w") as opened:
        opened.write(offset + "\\n")
    os.rename(os.environ["FAKETIME_TIMESTAMP_FILE"] + ".new", os.environ["FAKETIME_TIMESTAMP_FILE"])

provloom.start_run("www.example.org", "clock")
for step in range(300):
    if step % 25 == 0:
        set_clock(["+0", "+5h", "-3d", "-20m", "+40d", "-400d"][step // 25 % 6])
    provloom.log_metric("loss", step / 3, Context.TRAINING, step=step)
    provloom.log_param("now %d" % step, time.time())
set_clock("-10d")
provloom.end_run()
`

it.skipIf(fakeTime === undefined)(
  named(
    'a worker whose clock is set by days leaves a valid run in order',
    fakeTime !== undefined,
    'no libfaketime',
  ),
  async () => {
    const [saveDir, place] = [folder(), folder()]
    const [worker, clock] = [path.join(place, 'train.py'), path.join(place, 'clock')]
    fs.writeFileSync(worker, script)
    fs.writeFileSync(clock, '+0\n')
    const faked = [
      `LD_PRELOAD=${fakeTime}`,
      `FAKETIME_TIMESTAMP_FILE=${clock}`,
      'FAKETIME_NO_CACHE=1',
      'FAKETIME_DONT_FAKE_MONOTONIC=1',
      'NO_FAKE_STAT=1',
    ]
    const run = ['run', '-n', '1', '--provenance-save-dir', saveDir, '--spool-root', path.join(place, 's')]
    const { code, stderr } = await provloom([...run, '--', 'env', ...faked, 'python3', worker])
    expect(code, stderr).toBe(0)
    const runDir = onlyRun(saveDir)
    const graph = new Graph(runDir)
    expect(graph.violations()).toEqual([])
    for (const { id, times } of graph.document.records) {
      const { startTime, endTime } = times
      if (startTime !== undefined && endTime !== undefined)
        expect(endTime >= startTime, `${id?.local} ends before it starts`).toBe(true)
    }
    const [rank] = graph.ofType('RankExecution')
    expect(graph.value(rank!, 'status')).toBe('completed')
    expect(graph.value(rank!, 'eventsSent')).toBe(graph.value(rank!, 'eventsStored'))
    const rows = await rowsOf(runDir, 'loss')
    expect(rows.map(({ step }) => Number(step))).toEqual(Array.from({ length: 300 }, (_, step) => step))
    // It was indeed set: by the rows' own times the run went back more than once.
    const times = (rows as unknown as { time: Date }[]).map(({ time }) => time.getTime())
    expect(times.filter((time, i) => i > 0 && time < times[i - 1]!).length).toBeGreaterThan(3)
  },
)
