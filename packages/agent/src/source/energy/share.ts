import type { Clock } from '@provloom/shared'
import type { EventSource, SourceWriter } from '../event-source.ts'
import { WorkerMeter } from '../proc/worker.ts'
import { account } from './account.ts'
import { BusyMeter } from './busy.ts'
import type { EnergyKind } from './device.ts'
import type { Figures } from './figures.ts'
import type { Meter } from './meter.ts'

export interface EnergyShareParts {
  readonly clock: Clock
  readonly machine: Meter
  readonly intervalMs: number
  /** Where the machine is seen. */
  readonly root: string
  readonly pid: number
  /** Where clients find what it knows. */
  readonly figures: Figures
}

const kinds = ['measured', 'integrated', 'estimated'] as const
/** So often it is told: what an agent that is killed had not told is nobody's share. */
const toldMs = 60_000

/** What is shared by who computes; what a node takes besides, and accelerators, are not. */
const shared: ReadonlySet<string> = new Set(['package', 'dram'])

/**
 * A session's share of what the machine's processors and their memory take: interval by interval, as its processes' part of
 * all processor time that was not idle. Each session's agent finds it out by itself, whoever watches the machine: in
 * containers of one machine no agent sees another's processes. What no session has is nobody's.
 */
export class EnergyShare implements EventSource {
  readonly #parts: EnergyShareParts
  readonly #busy: BusyMeter
  readonly #worker: WorkerMeter
  readonly #sums: Record<EnergyKind, number> = { measured: 0, integrated: 0, estimated: 0 }
  #before: Readonly<Record<EnergyKind, number>> | undefined
  /** Of which the machine tells anything. */
  readonly #known = new Set<EnergyKind>()
  #writer: SourceWriter | undefined
  #cancel: (() => void) | undefined
  #lookedMs = 0
  #toldMs = 0
  #told = ''

  constructor(parts: EnergyShareParts) {
    const { root, pid } = parts
    this.#parts = parts
    this.#busy = new BusyMeter(root)
    this.#worker = new WorkerMeter(root === '/' ? '/proc' : `${root}/proc`, pid)
  }

  start(writer: SourceWriter): void {
    const { machine, clock } = this.#parts
    this.#writer = writer
    void machine.open()
    this.#lookedMs = this.#toldMs = clock.monotonicMs()
    this.#worker.sample(this.#lookedMs)
    this.#busy.seconds()
    this.#before = this.#taken()
    void this.#parts.figures.place()
    this.#show()
    this.#wait()
  }

  async stop(): Promise<void> {
    if (this.#writer === undefined) return
    this.#cancel?.()
    this.#look()
    this.#tell()
    this.#parts.figures.end()
    this.#writer = undefined
  }

  #wait(): void {
    const { clock, intervalMs } = this.#parts
    this.#cancel = clock.after(intervalMs, () => {
      this.#look()
      this.#show()
      if (clock.monotonicMs() - this.#toldMs >= toldMs) this.#tell()
      this.#wait()
    })
  }

  #look(): void {
    const nowMs = this.#parts.clock.monotonicMs()
    const passedMs = nowMs - this.#lookedMs
    if (passedMs <= 0) return
    this.#lookedMs = nowMs
    const use = this.#worker.sample(nowMs)
    const busy = this.#busy.seconds()
    const [before, now] = [this.#before, this.#taken()]
    this.#before = now
    if (use === undefined || before === undefined || busy === undefined || busy <= 0) return
    const own = ((use.cpuPercent / 100) * passedMs) / 1000
    if (!Number.isFinite(own)) return
    // Clock ticks are coarse: nobody has more than all.
    const part = Math.min(1, own / busy)
    for (const kind of kinds) this.#sums[kind] += part * Math.max(0, now[kind] - before[kind])
  }

  #taken(): Record<EnergyKind, number> {
    const sums = { measured: 0, integrated: 0, estimated: 0 }
    for (const { counted, covers, kind, joules } of account(this.#parts.machine.read())) {
      if (!counted || !shared.has(covers)) continue
      sums[kind] += joules
      this.#known.add(kind)
    }
    return sums
  }

  #show(): void {
    const { machine, figures } = this.#parts
    const sums = kinds.flatMap((kind) => (this.#known.has(kind) ? [[kind, this.#sums[kind]] as const] : []))
    figures.rank(new Map(sums), machine.unknown[0]?.reason)
  }

  #tell(): void {
    this.#toldMs = this.#parts.clock.monotonicMs()
    const { measured, integrated, estimated } = this.#sums
    const said = {
      ...(measured > 0 ? { measuredJoules: measured } : {}),
      ...(integrated > 0 ? { integratedJoules: integrated } : {}),
      ...(estimated > 0 ? { estimatedJoules: estimated } : {}),
    }
    const words = JSON.stringify(said)
    if (words === '{}' || words === this.#told) return
    this.#told = words
    this.#writer?.record({ type: 'energy.share', ...said })
  }
}
