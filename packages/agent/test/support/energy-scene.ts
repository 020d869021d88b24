import { MachineEnergy } from '../../src/source/energy/machine.ts'
import type { CarbonPlace } from '../../src/source/energy/carbon.ts'
import { Figures, figuresFile } from '../../src/source/energy/figures.ts'
import { LeftCounters } from '../../src/source/energy/left.ts'
import type { PythonTold } from '../../src/source/energy/other/codecarbon-tool.ts'
import type { EnergyUse } from '../../src/source/energy/use.ts'
import { ManualClock } from './clock.ts'
import { EnergyStream } from './energy-stream.ts'
import { MachineTree } from './machine.ts'
import { freshFolder } from './place.ts'

export const hostId = '0123456789abcdef0123456789abcdef'

/** One process tree on a machine of the test's. */
export class EnergyScene {
  readonly clock: ManualClock
  readonly machine: MachineTree
  readonly everyMs: number
  readonly energy: MachineEnergy
  readonly variables: Readonly<Record<string, string>>
  readonly python: () => Promise<PythonTold | undefined>
  /** Where clients find what a session's agent knows. */
  readonly figuresFile: string = figuresFile(freshFolder())
  readonly figures: Figures
  readonly left: LeftCounters
  readonly carbon: CarbonPlace | undefined

  constructor(
    given: {
      readonly machine?: MachineTree
      readonly clock?: ManualClock
      readonly everyMs?: number
      readonly nvml?: string
      readonly variables?: Readonly<Record<string, string>>
      readonly carbon?: CarbonPlace
      /** Where those who take over from each other find it. */
      readonly watching?: string
      readonly python?: () => Promise<PythonTold | undefined>
    } = {},
  ) {
    this.clock = given.clock ?? new ManualClock()
    this.machine = given.machine ?? new MachineTree(freshFolder())
    this.left = new LeftCounters(given.watching ?? freshFolder(), this.clock, hostId)
    this.carbon = given.carbon
    this.figures = new Figures(this.figuresFile, this.clock, given.carbon)
    this.everyMs = given.everyMs ?? 10_000
    this.variables = given.variables ?? {}
    this.python = given.python ?? (async () => undefined)
    const places = { root: this.machine.root, nvml: given.nvml ?? '/nowhere/libnvidia-ml.so.1' }
    this.energy = new MachineEnergy(this.clock, this.everyMs, places)
  }

  /** A session that watches the machine from now on. */
  watch(): { readonly use: EnergyUse; readonly stream: EnergyStream } {
    const stream = new EnergyStream()
    const use = this.energy.useOf({
      hostId,
      variables: this.variables,
      python: this.python,
      figures: this.figures,
      left: this.left,
      carbon: this.carbon,
    })
    use.takeOver(stream.run)
    use.begin(stream)
    return { use, stream }
  }

  /** An interval passes: what the machine shows at its end is said first. */
  async pass(change: () => void = () => {}, ms = this.everyMs): Promise<void> {
    change()
    this.clock.advance(ms)
    await turns()
  }
}

/** What was begun goes on. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve))
}
