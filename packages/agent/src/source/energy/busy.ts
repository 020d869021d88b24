import path from 'node:path'
import { firstLineOf } from '../proc/text.ts'

/** Clock ticks a second in /proc: 100 on every Linux that Node runs on. */
const ticksPerSecond = 100

interface Ticks {
  readonly busy: number
  readonly all: number
}

/** How long a machine's processors were not idle, by proc(5), `stat`. */
export class BusyMeter {
  readonly #file: string
  #before: Ticks | undefined

  constructor(root: string) {
    this.#file = path.join(root, 'proc/stat')
    this.#before = this.#ticks()
  }

  /** The part of all processors' time since the last call, 0 to 1; undefined where the machine does not say. */
  part(): number | undefined {
    const passed = this.#since()
    if (passed === undefined) return undefined
    return passed.all === 0 ? 0 : passed.busy / passed.all
  }

  /** Seconds of all processors together since the last call. */
  seconds(): number | undefined {
    const passed = this.#since()
    return passed === undefined ? undefined : passed.busy / ticksPerSecond
  }

  #since(): Ticks | undefined {
    const [before, now] = [this.#before, this.#ticks()]
    this.#before = now
    if (before === undefined || now === undefined) return undefined
    return { busy: Math.max(0, now.busy - before.busy), all: Math.max(0, now.all - before.all) }
  }

  /** user, nice, system, idle, iowait, irq, softirq, steal; what guests use is in the first two. */
  #ticks(): Ticks | undefined {
    const ticks = (firstLineOf(this.#file) ?? '').split(/\s+/).slice(1, 9).map(Number)
    const all = ticks.reduce((sum, one) => sum + one, 0)
    return ticks.length < 4 || !Number.isFinite(all)
      ? undefined
      : { busy: all - (ticks[3] ?? 0) - (ticks[4] ?? 0), all }
  }
}
