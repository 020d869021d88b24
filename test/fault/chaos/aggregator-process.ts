import type { ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import readline from 'node:readline'
import { provloom, signal, sleep } from './place.ts'
import type { Place } from './place.ts'
import type { Proxy } from './proxy.ts'

/** The aggregator, started again each time it ends, as a batch script or a supervisor would. */
export class AggregatorProcess {
  /** How often it ended by itself with an error. */
  crashes = 0
  readonly #place: Place
  readonly #proxy: Proxy
  readonly #saveAfterNLogs: number
  #child: ChildProcess | undefined
  #killed = false
  #listens = false
  #stopping = false
  #ended: Promise<void> = Promise.resolve()

  constructor(place: Place, proxy: Proxy, saveAfterNLogs: number) {
    this.#place = place
    this.#proxy = proxy
    this.#saveAfterNLogs = saveAfterNLogs
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  start(): void {
    const args = ['aggregator', '--json', '--collect-all-processes']
    args.push('--prov-user-namespace', 'http://example.org/', '--provenance-save-dir', this.#place.saveDir)
    args.push('--host', '127.0.0.1', '--save-after-n-logs', String(this.#saveAfterNLogs))
    const log = path.join(this.#place.logs, 'aggregator.log')
    const child = provloom(args, log, {}, 'pipe')
    this.#child = child
    this.#killed = false
    this.#listens = false
    readline.createInterface({ input: child.stdout! }).on('line', (line) => {
      fs.appendFileSync(log, `${line}\n`)
      if (line.includes('"kind":"listening"')) this.#publish(line)
    })
    this.#ended = new Promise((resolve) => {
      child.once('exit', (code, by) => {
        if (this.#child === child) this.#child = undefined
        resolve()
        if (this.#stopping || this.#killed) return
        this.crashes++
        fs.appendFileSync(log, `ended by itself: ${String(code)} ${String(by)}\n`)
        void sleep(200).then(() => {
          if (!this.#stopping && this.#child === undefined) this.start()
        })
      })
    })
  }

  /** Resolves when it listens, or has not for long. */
  async listening(): Promise<void> {
    for (let tries = 0; tries < 200 && !this.#listens; tries++) await sleep(50)
  }

  /** kill -9, and started again after a while. */
  async kill(downMs: number): Promise<void> {
    this.#killed = true
    if (this.#child?.pid !== undefined) signal(this.#child.pid, 'SIGKILL')
    await this.#ended
    await sleep(downMs)
    if (!this.#stopping) this.start()
  }

  /** SIGTERM; resolves when it is gone. */
  async stop(): Promise<void> {
    this.#stopping = true
    const pid = this.#child?.pid
    if (pid === undefined) return
    signal(pid, 'SIGCONT')
    signal(pid, 'SIGTERM')
    const late = setTimeout(() => signal(pid, 'SIGKILL'), 25_000)
    await this.#ended
    clearTimeout(late)
  }

  #publish(line: string): void {
    this.#listens = true
    const { connectionFile } = JSON.parse(line) as { connectionFile: string }
    const connection = JSON.parse(fs.readFileSync(connectionFile, 'utf8')) as { port: number }
    this.#proxy.retarget(connection.port)
    const beside = `${this.#place.connection}.tmp`
    fs.writeFileSync(beside, JSON.stringify({ ...connection, port: this.#proxy.port }), { mode: 0o600 })
    fs.renameSync(beside, this.#place.connection)
  }
}
