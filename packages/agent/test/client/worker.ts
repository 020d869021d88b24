import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** The client as a package of this one has it. */
export const built: string = path.resolve(import.meta.dirname, '..', '..', 'dist', 'client', 'index.js')

export interface Worked {
  readonly code: number | null
  readonly errors: string
  readonly output: string
}

/** Begins a program whose clock the test moves: `later()` is a second later, `stop()` stops it. */
const head = `import fs from 'node:fs'
import path from 'node:path'
import * as p from ${JSON.stringify(built)}
const now = performance.now.bind(performance)
let ahead = 0
performance.now = () => now() + ahead
const stop = () => { const at = now(); performance.now = () => at + ahead }
const later = () => { ahead += 1000 }
const tries = (body) => { try { return body() } catch {} }
`

/** Runs a worker whose code is `body`, with the client as `p`, and the command before node that is given. */
export function worker(body: string, env: NodeJS.ProcessEnv, before: readonly string[] = []): Worked {
  // Not in the spool: nothing there is ever recorded.
  const work = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-worker-'))
  // Of code that lies in no file no script is recorded.
  const code = ['--input-type=module', '-e', head + body]
  const [command, ...words]: readonly string[] = [...before, process.execPath, ...code]
  const done = spawnSync(command ?? '', words, {
    cwd: work,
    env: { PATH: process.env['PATH'], WORK: work, ...env },
    encoding: 'utf8',
  })
  fs.rmSync(work, { recursive: true })
  return { code: done.status, errors: done.stderr, output: done.stdout }
}
