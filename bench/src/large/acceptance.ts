/**
 * How long the page waits for its answers about a run, and what that costs:
 *
 *     node bench/dist/large/acceptance.js SAVE_DIR RUN [--ranks N] [--steps N] [--more N] [--cold]
 *
 * Sizes are those that the run was made with. With `--cold` each question is asked of a server that has just begun, and
 * files are not in memory (root or the files' owner: by posix_fadvise).
 */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { large } from './make.ts'
import { rowsOf } from './rows.ts'
import { UiServer } from './server.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    ranks: { type: 'string' },
    steps: { type: 'string' },
    more: { type: 'string' },
    cold: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
})
const [saveDir, run] = positionals
if (saveDir === undefined || run === undefined) throw new TypeError('SAVE_DIR and RUN are to be told')
const size = {
  ranks: Number(values.ranks ?? large.ranks),
  steps: Number(values.steps ?? large.steps),
  more: Number(values.more ?? large.more),
}
const { startTime } = JSON.parse(fs.readFileSync(path.join(saveDir, run, 'run.json'), 'utf8')) as {
  startTime: string
}
const rows = rowsOf(size, Date.parse(startTime) * 1000).filter(({ name }) =>
  name.startsWith(values.only ?? ''),
)

if (values.cold) {
  for (const row of rows) {
    forget(path.join(saveDir, run))
    const server = await UiServer.start(saveDir)
    try {
      await told(server, row.name, row.path, row.cold)
    } finally {
      await server.close()
    }
  }
} else {
  const server = await UiServer.start(saveDir)
  try {
    for (const row of rows) {
      await told(server, `${row.name} (first)`, row.path, row.cold)
      await told(server, row.name, row.path, row.warm)
    }
  } finally {
    await server.close()
  }
}

async function told(server: UiServer, name: string, question: string, bound: number): Promise<void> {
  try {
    const before = server.usage.cpuSeconds
    const { ms, bytes } = await server.ask(question.replace('RUN', run!))
    const { residentBytes, peakBytes, cpuSeconds } = server.usage
    const mark = ms <= bound * 1000 ? ' ' : '!'
    process.stdout.write(
      `${mark} ${name.padEnd(28)} ${(ms / 1000).toFixed(3).padStart(8)} s of ${bound}, processor ${(cpuSeconds - before).toFixed(2)} s, ${kilo(bytes)} kB json, resident ${mega(residentBytes)} MB, peak ${mega(peakBytes)}\n`,
    )
  } catch (error) {
    process.stdout.write(`! ${name}: ${String(error)}\n`)
  }
}

function kilo(bytes: number): string {
  return (bytes / 1000).toFixed(1).padStart(9)
}

function mega(bytes: number): string {
  return (bytes / 1e6).toFixed(0)
}

function forget(folder: string): void {
  const program =
    'import os,sys\nfor d,_,fs in os.walk(sys.argv[1]):\n  for f in fs:\n    h=os.open(os.path.join(d,f),os.O_RDONLY);os.fsync(h);os.posix_fadvise(h,0,0,os.POSIX_FADV_DONTNEED);os.close(h)'
  execFileSync('python3', ['-c', program, folder])
}
