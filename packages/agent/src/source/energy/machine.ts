import { limits } from '@provloom/shared'
import type { Clock } from '@provloom/shared'
import type { Variables } from '../../place/variables.ts'
import { AmdSource } from './amd.ts'
import type { CarbonPlace } from './carbon.ts'
import { CraySource } from './cray.ts'
import type { Figures } from './figures.ts'
import type { MachinePlaces } from './device.ts'
import type { LeftCounters } from './left.ts'
import { Meter } from './meter.ts'
import { NvidiaSource } from './nvidia.ts'
import { RaplSource } from './rapl.ts'
import { EnergyShare } from './share.ts'
import { CodecarbonTool } from './other/codecarbon-tool.ts'
import type { PythonTold } from './other/codecarbon-tool.ts'
import { OtherTools } from './other/others.ts'
import { SacctTool } from './other/sacct.ts'
import { EnergyUse } from './use.ts'

/** Without samples counters are read so often: at full load one begins anew after some minutes. */
const everyMs = 60_000
const leastMs = 1_000
/** Samples of power that are further apart than so many intervals say nothing of the time between. */
const gapIntervals = 2.5

/** The energy of a machine, as a process tree sees it: its meters are read for all of its sessions. */
export class MachineEnergy {
  readonly #clock: Clock
  readonly #places: MachinePlaces
  readonly #intervalMs: number
  readonly #machine: Meter
  #accelerators: Meter | undefined

  /** @param sampleMs 0: no samples are taken */
  constructor(clock: Clock, sampleMs: number, places: MachinePlaces) {
    const { root } = places
    this.#clock = clock
    this.#places = places
    this.#intervalMs = sampleMs === 0 ? everyMs : Math.min(everyMs, Math.max(leastMs, sampleMs))
    const nowMs = (): number => clock.monotonicMs()
    this.#machine = this.#meterOf([new CraySource(root), new RaplSource(root, nowMs)])
  }

  /** What a session's process has of it. */
  shareOf(pid: number, figures: Figures): EnergyShare {
    const { root } = this.#places
    return new EnergyShare({
      clock: this.#clock,
      machine: this.#machine,
      intervalMs: this.#intervalMs,
      root,
      pid,
      figures,
    })
  }

  /** For a session that may watch the machine. */
  useOf(of: {
    readonly hostId: string
    readonly variables: Variables
    readonly carbon?: CarbonPlace | undefined
    /** Asks the interpreter of its script. */
    readonly python: () => Promise<PythonTold | undefined>
    readonly figures: Figures
    readonly left: LeftCounters
  }): EnergyUse {
    const nowMs = (): number => this.#clock.monotonicMs()
    const { hostId, variables, carbon } = of
    this.#accelerators ??= this.#meterOf([
      new NvidiaSource(this.#places, variables, nowMs),
      new AmdSource(this.#places.root),
    ])
    return new EnergyUse({
      clock: this.#clock,
      machine: this.#machine,
      accelerators: this.#accelerators,
      hostId,
      intervalMs: this.#intervalMs,
      carbon,
      others: this.#othersOf(of),
      figures: of.figures,
      left: of.left,
    })
  }

  #othersOf({ hostId, variables, carbon = {}, python }: Parameters<MachineEnergy['useOf']>[0]): OtherTools {
    const clock = this.#clock
    const patienceMs = limits.factsMs
    const sacct = SacctTool.of(variables, patienceMs)
    const codecarbon = new CodecarbonTool({
      clock,
      variables,
      place: carbon,
      intervalMs: this.#intervalMs,
      python,
    })
    const tools = [codecarbon, ...(sacct === undefined ? [] : [sacct])]
    return new OtherTools({ clock, tools, hostId, patienceMs })
  }

  #meterOf(sources: ConstructorParameters<typeof Meter>[1]): Meter {
    return new Meter(this.#clock, sources, this.#intervalMs * gapIntervals)
  }
}
