import { isHint } from '@provloom/shared'
import type { Presence } from '../admission/presence.ts'
import type { Registry } from '../admission/registry.ts'
import type { Hints } from '../run/hints.ts'
import type { OpenRun } from '../run/open-run.ts'
import type { Surroundings } from '../run/surroundings.ts'
import { RanksApart } from './apart.ts'
import { remarksOn } from './remarks.ts'

export interface TellingRooms {
  readonly around: Surroundings
  readonly registry: Registry
  readonly presence: Presence
  readonly hints: Hints
}

/** Tells of a run that ends, in its journal, what its users should know of it beside the other runs of its name. */
export class Telling {
  readonly #rooms: TellingRooms
  readonly #apart: RanksApart

  constructor(rooms: TellingRooms) {
    this.#rooms = rooms
    this.#apart = new RanksApart(rooms.presence)
  }

  /** @throws {ProvloomError} `LOG_FAILED` */
  async remarks(run: OpenRun): Promise<void> {
    const { around, registry, hints } = this.#rooms
    const time = around.clock.nowUs()
    for (const remark of remarksOn(run, registry.open, hints.sofar(run))) {
      if (isHint(remark.code)) hints.note(run, time)
      await run.record({ kind: 'remark', time, ...remark })
    }
  }

  /**
   * @param isBusy whether a run is just being written: it takes nothing more in
   * @param closes the run is about to be closed
   * @throws {ProvloomError} `LOG_FAILED`
   */
  async apart(run: OpenRun, isBusy: (run: OpenRun) => boolean, closes: boolean): Promise<void> {
    const { around, registry } = this.#rooms
    const open = registry.open.filter((one) => one === run || !isBusy(one))
    for (const told of this.#apart.look(run, open, closes)) {
      const recorded = told.run.record({ kind: 'remark', time: around.clock.nowUs(), ...told.remark })
      await (told.run === run ? recorded : recorded.catch(() => {}))
    }
  }
}
