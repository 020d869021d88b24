import type { ChildProcess } from 'node:child_process'
import { reasonOf } from '@provloom/shared'
import { spawnSelf } from './self.ts'

/** `provloom ui` beside a run, for as long as that goes on. That it cannot be started is told, and the run goes on. */
export class PageProcess {
  readonly #child: ChildProcess
  #stopped = false

  /** @param saveDir where runs are saved, unless by default */
  constructor(saveDir: string | undefined, told: (message: string) => void) {
    const folder = saveDir === undefined ? [] : [saveDir]
    this.#child = spawnSelf(['ui', ...folder, '--json'], ['ignore', 'pipe', 'pipe'], {})
    let said = ''
    let complaint = ''
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      const url = /"url":"([^"]+)"/.exec(said)?.[1]
      if (url === undefined) return
      said = ''
      told(`the page is at ${url}; it ends with the run, and provloom ui shows it again`)
    })
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      complaint += chunk.toString()
    })
    this.#child.on('error', (error) => told(`there is no page: ${reasonOf(error)}`))
    this.#child.on('exit', (code) => {
      if (!this.#stopped && code !== 0)
        told(`there is no page any more: ${complaint.trim().split('\n')[0] ?? ''}`)
    })
  }

  stop(): void {
    this.#stopped = true
    this.#child.kill('SIGTERM')
  }
}
