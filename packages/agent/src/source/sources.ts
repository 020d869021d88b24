import type { Clock } from '@provloom/shared'
import { hostId } from '@provloom/shared/process'
import type { Place } from '../place/place.ts'
import type { Timing } from '../timing.ts'
import { AskedOnce, askedFolderOf } from './asked-once.ts'
import { AskedFacts } from './asked-facts.ts'
import { MachineEnergy } from './energy/machine.ts'
import { machinePlaces } from './energy/device.ts'
import { Figures } from './energy/figures.ts'
import { LeftCounters } from './energy/left.ts'
import type { PythonTold } from './energy/other/codecarbon-tool.ts'
import type { MachinePlaces } from './energy/device.ts'
import type { EventSource } from './event-source.ts'
import { Facts, tellsOfHost } from './facts.ts'
import type { Subject } from './facts.ts'
import { HostWatch } from './host-watch.ts'
import type { Observed } from './observed.ts'
import { Sampler } from './sampler.ts'
import { Usage } from './usage.ts'
import { WatchList, watchFolderOf } from './watch-list.ts'
import { WorkerFacts } from './worker-facts.ts'

export interface SourcesParts {
  readonly clock: Clock
  readonly timing: Timing
  /** 0 takes no samples. */
  readonly sampleMs: number
  /** Where the machine's spools are. */
  readonly spoolRoot: string
  /** Where the machine's energy is seen, where that is not this machine's own place. */
  readonly places?: MachinePlaces
}

/** What is seen of one session. */
export interface SessionSources {
  readonly all: readonly EventSource[]
  /** One of them; undefined where there is nothing of the machine to be seen. */
  readonly watch: HostWatch | undefined
}

/** The sources of all sessions of a tree, and what they share: what was asked once is not asked again. */
export class Sources {
  readonly #parts: SourcesParts
  readonly #facts: Facts
  readonly #sampler: Sampler
  readonly #energy: MachineEnergy

  constructor(parts: SourcesParts) {
    const { clock, spoolRoot } = parts
    this.#parts = parts
    this.#facts = new Facts(new AskedOnce(askedFolderOf(spoolRoot), clock, hostId()), [
      askedFolderOf(spoolRoot),
      watchFolderOf(spoolRoot),
    ])
    this.#sampler = new Sampler(parts.clock, parts.sampleMs)
    this.#energy = new MachineEnergy(parts.clock, parts.sampleMs, parts.places ?? machinePlaces)
  }

  /** Asks now what a session will want: it is known by the end of a script of half a second. */
  foresee(subject: Subject, place: Place): void {
    this.#facts.begin(subject, place)
  }

  /** Of one session. Whatever else is to be seen of it is one more here. */
  of(observed: Observed): SessionSources {
    const { clock, timing } = this.#parts
    const asker = { ...observed, tellsOfHost: tellsOfHost(observed.place) }
    const figures = new Figures(observed.figures, clock, observed.carbon)
    const watch = this.#watchOf(observed, figures)
    const all = [
      new WorkerFacts(observed),
      new AskedFacts(clock, this.#facts, observed, asker, timing.factsMs),
      new Usage(this.#sampler, observed.pid),
      ...(observed.wantsEnergy ? [this.#energy.shareOf(observed.pid, figures)] : []),
      ...(watch === undefined ? [] : [watch]),
    ]
    return { all, watch }
  }

  stop(): void {
    this.#facts.stop()
  }

  #watchOf(
    { place, hostId, wantsEnergy, variables, carbon, argv, directory }: Observed,
    figures: Figures,
  ): HostWatch | undefined {
    const { clock, spoolRoot } = this.#parts
    const sampler = this.#sampler
    const python = (): Promise<PythonTold | undefined> => this.#facts.python({ argv, directory, variables })
    const left = new LeftCounters(watchFolderOf(spoolRoot), clock, hostId)
    const energy = wantsEnergy
      ? this.#energy.useOf({ hostId, variables, carbon, python, figures, left })
      : undefined
    if (!sampler.isOn && energy === undefined) return undefined
    const list = new WatchList(watchFolderOf(spoolRoot), clock, hostId)
    return new HostWatch({ clock, sampler, energy, list, hostId, unasked: isFirstOnHost(place) })
  }
}

/** By what a session's place says: ranks that do not know theirs on the machine leave it to rank 0. */
function isFirstOnHost({ rank, localRank = rank }: Place): boolean {
  return localRank === 0
}
