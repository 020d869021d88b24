import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { keep } from '../machine/kin.ts'
import { ownProgram } from '../machine/paths.ts'
import { mustUsageOf } from '../machine/usage.ts'
import type { Usage } from '../machine/usage.ts'
import type { Order, Plan, Report } from './plan.ts'

type Kind = Report['kind']
type ReportOf<K extends Kind> = Extract<Report, { kind: K }>

/** Generator processes that share a plan's ranks among them. */
export class Load {
  readonly #children: ChildProcess[] = []
  readonly #heard: Report[][] = []
  #waiting: (() => void)[] = []
  #failure: string | undefined

  constructor(plan: Plan, processes: number) {
    const each = Math.ceil(plan.ranks / processes)
    for (let first = 0; first < plan.ranks; first += each) {
      const heard: Report[] = []
      const child = keep(fork(ownProgram('load/generator.js'), { serialization: 'advanced', detached: true }))
      child.on('message', (report: Report) => {
        if (report.kind === 'failed') this.#failure ??= report.message
        heard.push(report)
        this.#wake()
      })
      child.on('exit', (code) => {
        if (code !== 0) this.#failure ??= `a load generator ended with ${String(code)}`
        this.#wake()
      })
      this.#children.push(child)
      this.#heard.push(heard)
      tell(child, {
        kind: 'plan',
        plan: { ...plan, firstRank: plan.firstRank + first, ranks: Math.min(each, plan.ranks - first) },
      })
    }
  }

  go(): void {
    for (const child of this.#children) tell(child, { kind: 'go' })
  }

  bye(): void {
    for (const child of this.#children) tell(child, { kind: 'bye' })
  }

  /** Processor time and memory of each generator. */
  usage(): Usage[] {
    return this.#children.map((child) => mustUsageOf(child.pid!))
  }

  /**
   * Resolves when every generator has reported `kind`; the latest of each is given and taken.
   *
   * @throws Error when a rank fails or the time is up
   */
  async all<K extends Kind>(kind: K, timeoutMs: number): Promise<ReportOf<K>[]> {
    const until = performance.now() + timeoutMs
    for (;;) {
      if (this.#failure !== undefined) throw new Error(this.#failure)
      const found = this.#heard.map((heard) => heard.findLast((one): one is ReportOf<K> => one.kind === kind))
      if (found.every((one) => one !== undefined)) {
        for (const heard of this.#heard) heard.length = 0
        return found
      }
      const left = until - performance.now()
      if (left <= 0) {
        const missing = found.filter((one) => one === undefined).length
        throw new Error(
          `${missing} of ${found.length} load generators did not report "${kind}" in ${timeoutMs} ms`,
        )
      }
      await this.#next(left)
    }
  }

  async close(): Promise<void> {
    await Promise.all(
      this.#children.map(
        (child) =>
          new Promise<void>((resolve) => {
            if (child.exitCode !== null || child.signalCode !== null) return resolve()
            child.once('exit', () => resolve())
            child.kill('SIGKILL')
          }),
      ),
    )
  }

  #next(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs)
      this.#waiting.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const one of waiting) one()
  }
}

function tell(child: ChildProcess, order: Order): void {
  child.send(order)
}
