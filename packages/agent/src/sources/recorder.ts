import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { reasonOf } from '@provloom/shared'
import type { Clock } from '@provloom/shared'
import type { Place } from '../rank/detect.ts'
import { devicesOf } from '../rank/devices.ts'
import type { Variables } from '../rank/environment.ts'
import { maskArguments } from '../secrets.ts'
import type { OwnStream } from '../spool/own-stream.ts'
import { RaplMeter } from './energy.ts'
import { environmentFact } from './environment.ts'
import { hostFact, userFact } from './host.ts'
import { interpreterOf } from './interpreter.ts'
import { sourceFact } from './source-code.ts'
import { createSampler } from './system.ts'
import type { SystemSampler } from './system.ts'

export interface RecorderParts {
  readonly clock: Clock
  readonly own: OwnStream
  readonly place: Place
  readonly variables: Variables
  readonly argv: readonly string[]
  readonly directory: string
  readonly sampleIntervalMs: number
  readonly version: string
}

const firstSampleMs = 1_000
const energyEveryMs = 60_000

/** Writes what the agent sees of worker, host and energy into the agent's own stream. */
export class Recorder {
  readonly #parts: RecorderParts
  readonly #asking = new AbortController()
  readonly #meter: RaplMeter | undefined
  #facts: Promise<unknown> = Promise.resolve()
  #sampler: SystemSampler | undefined
  #cancel: (() => void) | undefined
  #step = 0
  #energyMs = 0
  #energyWanted: boolean | undefined

  constructor(parts: RecorderParts) {
    this.#parts = parts
    this.#meter = countsEnergy(parts.place) ? new RaplMeter() : undefined
  }

  /** The worker runs: says who, where and what, and goes on asking in the background. */
  begin(pid: number): void {
    const { own, place, variables, argv, directory, version, clock } = this.#parts
    const devices = devicesOf(variables, place.localRank)
    const launcherCommand = place.launcher === 'none' ? undefined : parentCommand()
    const shown = maskArguments(argv)
    own.record({
      type: 'rank.start',
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
    this.#sampler = createSampler(pid, clock)
    this.#energyMs = clock.monotonicMs()
    if (this.#parts.sampleIntervalMs > 0)
      this.#sampleIn(Math.min(firstSampleMs, this.#parts.sampleIntervalMs))
  }

  /** Settings are known: whether energy is to be recorded. Says once when it cannot be. */
  wantEnergy(wanted: boolean): void {
    this.#energyWanted = wanted
    if (!wanted || this.#meter === undefined || this.#meter.available) return
    this.#parts.own.record({
      type: 'problem',
      code: 'ENERGY_UNAVAILABLE',
      message: `energy is not recorded: ${os.hostname()} has no RAPL counters that can be read (/sys/class/powercap)`,
    })
  }

  /**
   * The worker has ended: no more samples; the last energy reading.
   *
   * @param late resolves when what is still being asked, of an interpreter say, is not waited for any longer
   */
  async end(late: Promise<unknown>): Promise<void> {
    this.#cancel?.()
    this.#sampler = undefined
    await Promise.race([this.#facts, late])
    this.#asking.abort()
    await this.#facts
    this.#tellEnergy()
    this.#parts.own.tellDrops()
  }

  stop(): void {
    this.#cancel?.()
    this.#sampler = undefined
    this.#asking.abort()
  }

  async #ask(): Promise<void> {
    const { own, argv, directory, variables } = this.#parts
    const { signal } = this.#asking
    const interpreter = interpreterOf(argv, directory)
    const codeFolder = interpreter.script === undefined ? directory : path.dirname(interpreter.script)
    await Promise.all([
      hostFact(variables, signal).then((fact) => own.record(fact)),
      sourceFact(codeFolder, variables, signal).then((fact) => {
        if (fact !== undefined) own.record(fact)
      }),
      environmentFact(argv, directory, variables, signal).then((fact) => {
        own.record(fact)
        if (interpreter.kind === 'other' || fact.version !== undefined) return
        const message = `version and packages are missing: ${interpreter.program} did not tell them, or not in time`
        own.record({ type: 'problem', code: 'FACTS', message })
      }),
    ]).catch((error: unknown) =>
      own.record({ type: 'problem', code: 'FACTS', message: `some facts are missing: ${reasonOf(error)}` }),
    )
  }

  #sampleIn(delayMs: number): void {
    this.#cancel = this.#parts.clock.after(delayMs, () => void this.#sample())
  }

  async #sample(): Promise<void> {
    const sampler = this.#sampler
    if (sampler === undefined) return
    try {
      const measurements = await sampler.sample()
      if (this.#sampler === undefined) return
      for (const { name, value } of measurements) this.#parts.own.measure(name, this.#step, value)
      this.#step++
    } catch (error) {
      this.#parts.own.record({ type: 'problem', code: 'SAMPLE', message: reasonOf(error) })
      return
    }
    if (this.#parts.clock.monotonicMs() - this.#energyMs >= energyEveryMs) this.#tellEnergy()
    this.#sampleIn(this.#parts.sampleIntervalMs)
  }

  #tellEnergy(): void {
    this.#energyMs = this.#parts.clock.monotonicMs()
    const meter = this.#meter
    if (meter === undefined) return
    for (const { device, joules } of meter.sample()) {
      if (this.#energyWanted !== true) continue
      this.#parts.own.record({ type: 'energy', host: os.hostname(), device, joules, method: meter.method })
    }
  }
}

/** One rank per host counts its energy; ranks that do not know their place on it leave it to rank 0. */
function countsEnergy(place: Place): boolean {
  return place.localRank === undefined ? place.rank === 0 : place.localRank === 0
}

/** Our parent is the launcher, or its daemon on this machine. */
function parentCommand(): string[] | undefined {
  try {
    const words = fs.readFileSync(`/proc/${process.ppid}/cmdline`, 'utf8').split('\0')
    return maskArguments(words.filter((word, i) => word !== '' || i < words.length - 1))
  } catch {
    return undefined
  }
}
