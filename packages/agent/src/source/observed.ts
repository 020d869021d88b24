import type { Place } from '../place/place.ts'
import type { Variables } from '../place/variables.ts'
import type { CarbonPlace } from './energy/carbon.ts'

/** The session that is seen: its process as it says itself, and where that stands. */
export interface Observed {
  readonly place: Place
  readonly variables: Variables
  readonly pid: number
  /** Its machine: the boot id. */
  readonly hostId: string
  readonly argv: readonly string[]
  readonly directory: string
  /** Its script, where its client has recorded that. */
  readonly script: string | undefined
  /** Where copies of logged files wait. */
  readonly files: string
  /** Where clients find what is known of energy. */
  readonly figures: string
  /** Where the run is saved, absolute. */
  readonly saveDir: string
  /** Whose parent is the launcher: the wrapper, where there is one. */
  readonly topPid: number
  readonly startedUs: number
  /** When its process began; undefined where that is not known. */
  readonly processUs: number | undefined
  readonly wantsEnergy: boolean
  /** Where its electricity is from, where anybody has said that. */
  readonly carbon?: CarbonPlace | undefined
}
