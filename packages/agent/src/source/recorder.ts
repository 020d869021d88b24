import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { limits, nodeFlags, version } from '@provloom/shared'
import type { Clock } from '@provloom/shared'
import { devicesOf } from '../place/devices.ts'
import type { Place } from '../place/place.ts'
import { statOf } from '@provloom/shared/process'
import type { Variables } from '../place/variables.ts'
import { maskArguments } from '../secrets.ts'
import type { OwnStream } from '../spool/own-stream.ts'
import { RaplMeter } from './energy.ts'
import { tellsOfHost } from './facts.ts'
import type { Facts } from './facts.ts'
import type { Sampler } from './sampler.ts'
import { userFact } from './user.ts'

export interface RecorderParts {
  readonly clock: Clock
  readonly own: OwnStream
  readonly place: Place
  readonly variables: Variables
  /** The session's process, as it says itself. */
  readonly pid: number
  readonly argv: readonly string[]
  readonly directory: string
  /** Where the run is saved, absolute. */
  readonly saveDir: string
  /** Whose parent is the launcher: the wrapper, where there is one. */
  readonly topPid: number
  readonly facts: Facts
  readonly sampler: Sampler
  readonly startedUs: number
}

const energyEveryMs = 60_000

/** Writes what the agent sees of one session's process, host and energy into the agent's stream of that session. */
export class Recorder {
  readonly #parts: RecorderParts
  readonly #meter: RaplMeter | undefined
  #facts: Promise<void> = Promise.resolve()
  #energyMs = 0
  #energyWanted = true
  #over = false

  constructor(parts: RecorderParts) {
    this.#parts = parts
    this.#meter = countsEnergy(parts.place) ? new RaplMeter() : undefined
  }

  /** Says who, where and what; what takes longer is recorded when it is known. */
  begin(energyWanted: boolean): void {
    const { own, place, variables, argv, directory, clock, pid, startedUs, topPid } = this.#parts
    const devices = devicesOf(variables, place.localRank)
    const launcherCommand = place.launcher === 'none' ? undefined : parentCommand(topPid)
    const shown = maskArguments(argv)
    own.record({
      type: 'rank.start',
      time: startedUs,
      pid,
      host: os.hostname(),
      argv: shown,
      directory,
      agentVersion: version,
      ...(place.launcher === 'none' ? {} : { launcher: place.launcher }),
      ...(launcherCommand === undefined ? {} : { launcherCommand }),
      ...(place.localRank === undefined ? {} : { localRank: place.localRank }),
      ...(place.nodeRank === undefined ? {} : { nodeRank: place.nodeRank }),
      ...(place.worldSize === undefined ? {} : { worldSize: place.worldSize }),
      ...(devices === undefined ? {} : { devices }),
    })
    own.record({ type: 'command', argv: shown, directory })
    for (const message of place.contradictions) own.record({ type: 'problem', code: 'RANK', message })
    const user = userFact(variables)
    if (user !== undefined) own.record(user)
    this.#facts = this.#ask()
    this.#energyMs = clock.monotonicMs()
    this.#energyWanted = energyWanted
    this.#parts.sampler.add({ pid, own, sampled: () => this.#sampled() })
  }

  /** The session has ended: no more samples; the last energy reading; and what was still being asked, a while. */
  async end(): Promise<void> {
    const { clock, own, sampler } = this.#parts
    this.stop()
    const inTime = await new Promise<boolean>((resolve) => {
      const cancel = clock.after(limits.factsMs, () => resolve(false))
      void this.#facts.then(() => {
        cancel()
        resolve(true)
      })
    })
    sampler.remove(own)
    const message = `facts are missing: ${limits.factsMs / 1_000} s were not enough to ask all programs that know them`
    if (!inTime) own.record({ type: 'problem', code: 'FACTS', message })
    this.#over = true
    this.#tellEnergy()
    own.tellDrops()
  }

  stop(): void {
    this.#parts.sampler.remove(this.#parts.own)
  }

  async #ask(): Promise<void> {
    const { facts, argv, directory, variables, own, place } = this.#parts
    const saveDir = tellsOfHost(place) ? this.#parts.saveDir : undefined
    await facts.ask({ argv, directory, variables }, saveDir, (fact) => {
      if (!this.#over) own.record(fact)
    })
  }

  #sampled(): void {
    if (this.#parts.clock.monotonicMs() - this.#energyMs >= energyEveryMs) this.#tellEnergy()
  }

  #tellEnergy(): void {
    this.#energyMs = this.#parts.clock.monotonicMs()
    if (this.#meter === undefined || !this.#energyWanted) return
    for (const { device, joules } of this.#meter.sample()) {
      this.#parts.own.record({
        type: 'energy',
        host: os.hostname(),
        device,
        joules,
        method: this.#meter.method,
      })
    }
  }
}

/** One rank per host counts its energy; ranks that do not know their place on it leave it to rank 0. */
function countsEnergy({ localRank, rank }: Place): boolean {
  return localRank === undefined ? rank === 0 : localRank === 0
}

/** `provloom run ...` of our own command, which runs as Node with flags that nobody has typed. */
function asTyped(words: readonly string[]): readonly string[] {
  const [, ...rest] = words
  const isOurs = nodeFlags.every((flag, i) => rest[i] === flag)
  const [script, ...given] = rest.slice(nodeFlags.length)
  return isOurs && script !== undefined ? [path.basename(script, '.js'), ...given] : words
}

/** The parent is the launcher, or its daemon on this machine. */
function parentCommand(pid: number): string[] | undefined {
  const parent = statOf(pid)?.[1]
  try {
    const words = fs.readFileSync(`/proc/${parent}/cmdline`, 'utf8').split('\0')
    return maskArguments(asTyped(words.filter((word, i) => word !== '' || i < words.length - 1)))
  } catch {
    return undefined
  }
}
