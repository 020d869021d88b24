import { isOn } from '@provloom/shared'
import type { Clock } from '@provloom/shared'
import type { Variables } from '../../../place/variables.ts'
import type { CarbonPlace } from '../carbon.ts'
import { CodecarbonTracker } from './codecarbon.ts'
import type { OtherFigures, OtherTool } from './tool.ts'

/** An interpreter, by what it says of itself. */
export interface PythonTold {
  /** Its own file. */
  readonly interpreter: string
  /** name -> version */
  readonly packages: ReadonlyMap<string, unknown>
}

export interface CodecarbonParts {
  readonly clock: Clock
  readonly variables: Variables
  readonly place: CarbonPlace
  readonly intervalMs: number
  /** The interpreter of the script; undefined where that is no Python, or does not tell. */
  readonly python: () => Promise<PythonTold | undefined>
}

/** A script that is over by then is not worth a process of its own. */
const beginMs = 1_000

/** CodeCarbon's own figure, where the script's interpreter has it. */
export class CodecarbonTool implements OtherTool {
  readonly tool = 'codecarbon'
  readonly #parts: CodecarbonParts
  #tracker: CodecarbonTracker | undefined
  #cancel: (() => void) | undefined
  #none: string | undefined
  #round = 0
  #isInstalled = false

  constructor(parts: CodecarbonParts) {
    this.#parts = parts
  }

  begin(): void {
    const round = ++this.#round
    this.#none = undefined
    void this.#find(round)
  }

  async ask(isLast: boolean): Promise<OtherFigures | string | undefined> {
    const told = this.#none ?? (await this.#tracker?.ask())
    return told ?? (isLast && this.#isInstalled ? 'the watch was over before it had begun' : undefined)
  }

  end(): void {
    this.#round++
    this.#cancel?.()
    this.#tracker?.end()
    this.#tracker = undefined
  }

  async #find(round: number): Promise<void> {
    const { clock, variables, place, intervalMs, python } = this.#parts
    const told = await python().catch(() => undefined)
    if (round !== this.#round || told === undefined) return
    if (!told.packages.has('codecarbon')) {
      this.#none = "it is not installed where the script's interpreter looks"
      return
    }
    if (isOn(variables, 'PROVLOOM_NO_MACHINE')) {
      this.#none = 'nobody wants programs beside the script (PROVLOOM_NO_MACHINE)'
      return
    }
    this.#isInstalled = true
    this.#cancel = clock.after(beginMs, () => {
      this.#tracker = new CodecarbonTracker(told.interpreter, variables, place, intervalMs)
    })
  }
}
