import fs from 'node:fs'
import path from 'node:path'
import { fieldsIn, fieldsOf, namesIn } from '@provloom/shared'
import type { Clock } from '@provloom/shared'
import { aliveStill, hostId as ownHostId, identityOfProcess } from '@provloom/shared/process'
import { textIn, writeSmall } from '../../spool/small-file.ts'
import { plain } from '../plain.ts'

/** Who finds nothing by then begins anew: others may have watched meanwhile. */
const freshMs = 120_000
/** No run's file of `watching` begins so. */
const prefix = 'left'

/** Where counters stood when a watch told of them last, by device and method. */
export interface Counters {
  /** Wall time, microseconds. */
  readonly atUs: number
  readonly microjoules: ReadonlyMap<string, bigint>
}

/**
 * Where a watch's counters stand, in a file beside the list of watches (`left.<machine>.<run>.<pid namespace>.<pid>.<start>`),
 * renewed before each time it tells and gone when it ends: whoever takes over from an agent that was killed counts on from
 * there, so that no time is lost and none counts twice. In another container nobody finds it.
 */
export class LeftCounters {
  readonly #folder: string
  readonly #clock: Clock
  readonly #machine: string
  #file: string | undefined

  constructor(folder: string, clock: Clock, hostId: string) {
    this.#folder = folder
    this.#clock = clock
    this.#machine = plain(hostId)
  }

  write(run: string, microjoules: ReadonlyMap<string, bigint>): void {
    const self = identityOfProcess(process.pid)
    const name = [prefix, this.#machine, plain(run), self?.pidNamespace ?? '', process.pid, self?.start ?? '']
    const file = path.join(this.#folder, name.join('.'))
    if (this.#file !== file) this.remove()
    try {
      writeSmall(file, {
        atUs: this.#clock.nowUs(),
        counters: Object.fromEntries([...microjoules].map(([key, count]) => [key, String(count)])),
      })
      this.#file = file
    } catch {
      // Nobody goes on from here.
    }
  }

  remove(): void {
    if (this.#file !== undefined) fs.rmSync(this.#file, { force: true })
    this.#file = undefined
  }

  /** What a watch of the run left whose agent was killed: it is the caller's now. */
  take(run: string): Counters | undefined {
    const found = namesIn(this.#folder).flatMap((name) => {
      const [first, machine, of, pidNamespace = '', pid, start = ''] = name.split('.')
      if (first !== prefix || machine !== this.#machine || of !== plain(run)) return []
      if (aliveStill({ host: ownHostId(), pidNamespace, pid: Number(pid), start }) !== false) return []
      const file = path.join(this.#folder, name)
      const counters = countersIn(textIn(file))
      fs.rmSync(file, { force: true })
      return counters === undefined ? [] : [counters]
    })
    const latest = found.toSorted((a, b) => b.atUs - a.atUs)[0]
    const passedMs = (this.#clock.nowUs() - (latest?.atUs ?? 0)) / 1000
    return latest !== undefined && passedMs >= 0 && passedMs < freshMs ? latest : undefined
  }
}

/** Those that nobody has taken go with what else the killed have left. */
export function tidyLeft(folder: string, nowMs: number): void {
  for (const name of namesIn(folder)) {
    if (!name.startsWith(`${prefix}.`)) continue
    const file = path.join(folder, name)
    const { mtimeMs } = fs.statSync(file, { throwIfNoEntry: false }) ?? { mtimeMs: 0 }
    if (nowMs - mtimeMs >= freshMs) fs.rmSync(file, { force: true })
  }
}

function countersIn(text: string | undefined): Counters | undefined {
  const fields = fieldsIn(text)
  const atUs = fields.get('atUs')
  if (typeof atUs !== 'number') return undefined
  const microjoules = [...fieldsOf(fields.get('counters'))].flatMap(([key, count]) =>
    typeof count === 'string' && /^\d{1,20}$/.test(count) ? [[key, BigInt(count)] as const] : [],
  )
  return { atUs, microjoules: new Map(microjoules) }
}
