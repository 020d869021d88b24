import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { fieldsIn, limits, namesIn, systemCode } from '@provloom/shared'
import type { Clock } from '@provloom/shared'
import { aliveStill, identityOfProcess } from '@provloom/shared/process'
import { textIn } from '../spool/small-file.ts'
import { WatchList } from './watch-list.ts'

/** Below a spool root, beside the trees. */
export function askedFolderOf(spoolRoot: string): string {
  return path.join(spoolRoot, 'told')
}

/** So often whoever waits for another's answer looks for it. */
const lookEveryMs = 50

/**
 * What a program says of itself, asked by one of a user's agents on a machine and read by the others: sixty-four ranks
 * that start at once ask one interpreter, and all have what it said.
 *
 * `<machine>.<question>` is an answer, `<machine>.<question>.asking` who asks. Which agents use the folder is kept as in
 * `watching`; the last of them takes it away. Where it cannot be written everybody asks.
 */
export class AskedOnce {
  readonly #folder: string
  readonly #clock: Clock
  readonly #users: WatchList
  readonly #machine: string
  readonly #self = identityOfProcess(process.pid)
  readonly #id: string
  #isUsed = false

  constructor(folder: string, clock: Clock, hostId: string) {
    this.#folder = folder
    this.#clock = clock
    this.#users = new WatchList(folder, clock, hostId)
    this.#machine = hostId.replaceAll(/[^\w-]/g, '_').slice(0, 64)
    this.#id = hashOf([this.#self, process.pid])
  }

  /**
   * @param ask at most one of the machine's agents is in there for one question, as long as it lives
   * @param holds whether what another one was told is still so
   * @param patienceMs after so long one that asks, and lives, is not waited for
   * @returns undefined where nothing was told
   */
  async answer(
    question: unknown,
    ask: () => Promise<string | undefined>,
    holds: (answer: string) => boolean,
    signal: AbortSignal,
    patienceMs: number = limits.interpreterMs,
  ): Promise<string | undefined> {
    const file = path.join(this.#folder, `${this.#machine}.${hashOf(question)}`)
    this.#isUsed = true
    this.#users.note(this.#id)
    const untilMs = this.#clock.monotonicMs() + patienceMs
    for (let waited = false; !signal.aborted; waited = true) {
      const said = textIn(file)
      // Whoever was waiting takes a failure too: of sixty-four that ask one after the other none would be served.
      if (said === '' && waited) return undefined
      if (said !== undefined && said !== '' && holds(said)) return said
      const turn = this.#take(`${file}.asking`)
      if (turn === 'denied' || this.#clock.monotonicMs() > untilMs) return ask()
      if (turn === 'ours') return this.#ask(file, ask, signal)
      await new Promise<void>((resolve) => this.#clock.after(lookEveryMs, resolve))
    }
    return undefined
  }

  /** This agent asks no more. */
  leave(): void {
    if (this.#isUsed) this.tidy()
    this.#isUsed = false
  }

  /** Takes the folder away where nobody else uses it. */
  tidy(): void {
    if (!fs.existsSync(this.#folder)) return
    // First gone, then looked who is left: of two that leave at once each would see the other.
    this.#users.leave(this.#id)
    if (this.#users.count() > 0) return
    this.#clear()
    this.#users.tidy()
  }

  /** What the last one leaves: answers, and who asked and was killed. */
  #clear(): void {
    for (const name of namesIn(this.#folder)) {
      const isAnswer = name.startsWith(`${this.#machine}.`) && name.split('.').length < 4
      if (isAnswer) fs.rmSync(path.join(this.#folder, name), { force: true })
    }
  }

  async #ask(
    file: string,
    ask: () => Promise<string | undefined>,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    try {
      const said = await ask()
      if (said !== undefined || !signal.aborted) keep(file, said ?? '')
      return said
    } finally {
      fs.rmSync(`${file}.asking`, { force: true })
    }
  }

  #take(file: string): 'ours' | 'theirs' | 'denied' {
    try {
      fs.writeFileSync(file, JSON.stringify(this.#self ?? {}), { flag: 'wx', mode: 0o600 })
      return 'ours'
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') return 'denied'
    }
    if (isLeft(file)) fs.rmSync(file, { force: true })
    return 'theirs'
  }
}

/** Whether who asks was killed. One that cannot be seen, in another container, is awaited. */
function isLeft(file: string): boolean {
  const of = fieldsIn(textIn(file))
  const [host, pidNamespace, pid, start] = ['host', 'pidNamespace', 'pid', 'start'].map((name) =>
    of.get(name),
  )
  if (typeof host !== 'string' || typeof pidNamespace !== 'string' || typeof start !== 'string') return false
  return typeof pid === 'number' && aliveStill({ host, pidNamespace, pid, start }) === false
}

/** Whoever reads it finds all of it. */
function keep(file: string, said: string): void {
  const beside = `${file}.new`
  try {
    fs.writeFileSync(beside, said, { mode: 0o600 })
    fs.renameSync(beside, file)
  } catch {
    fs.rmSync(beside, { force: true })
  }
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32)
}
