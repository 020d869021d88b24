import type { Clock } from '@provloom/shared'
import type { Attendance } from './admission/attendance.ts'
import type { Registry } from './admission/registry.ts'
import type { Closing } from './closing/closing.ts'
import type { Sights } from './closing/sights.ts'
import type { DescriptorWatch } from './inbox/descriptors.ts'
import type { Room } from './inbox/room.ts'
import type { Staying } from './staying.ts'

export interface RoundsRooms {
  readonly clock: Clock
  readonly registry: Registry
  readonly attendance: Attendance
  readonly sights: Sights
  readonly closing: Closing
  readonly descriptors: DescriptorWatch
  readonly room: Room
  readonly staying: Staying
}

const roundMs = 250
const progressMs = 1_000

/**
 * Looks again and again at what no bell tells: that time has passed (who is silent, what has become due), and what
 * others do (the lease in a run's directory, this process's descriptors).
 */
export class Rounds {
  readonly #rooms: RoundsRooms
  #cancel: (() => void) | undefined
  #progressAtMs = 0
  #descriptorsAtMs = 0

  constructor(rooms: RoundsRooms) {
    this.#rooms = rooms
  }

  begin(): void {
    const { clock, registry, attendance, sights, closing, room, staying } = this.#rooms
    this.#cancel = clock.after(roundMs, () => this.begin())
    attendance.tick(room.wasDeaf())
    for (const run of registry.open) {
      run.look()
      if (run.gone !== undefined) continue
      sights.note(run)
      closing.look(run)
    }
    this.#tellProgress()
    this.#watchDescriptors()
    staying.look()
  }

  end(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  #tellProgress(): void {
    const now = this.#rooms.clock.monotonicMs()
    if (now - this.#progressAtMs < progressMs) return
    this.#progressAtMs = now
    for (const run of this.#rooms.registry.open) run.tellProgress()
  }

  #watchDescriptors(): void {
    const { clock, descriptors } = this.#rooms
    const now = clock.monotonicMs()
    if (now - this.#descriptorsAtMs < descriptors.everyMs) return
    this.#descriptorsAtMs = now
    descriptors.look()
  }
}
