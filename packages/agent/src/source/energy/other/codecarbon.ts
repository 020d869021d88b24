import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { fieldsIn, fieldsOf, killChild } from '@provloom/shared'
import type { Variables } from '../../../place/variables.ts'
import type { CarbonPlace } from '../carbon.ts'
import { codecarbonProgram } from './codecarbon-program.ts'
import type { OtherFigures, OtherPart } from './tool.ts'

const parts = ['processors', 'memory', 'accelerators'] as const

/** How the tool comes to what it says of a part, in its own words. */
interface Way {
  readonly mode: string
  readonly watts: number | undefined
}

/** CodeCarbon's tracker in a process of its own, beside the agent and never in the training. */
export class CodecarbonTracker {
  readonly #child: ChildProcess
  readonly #ways = new Map<string, Way>()
  #version: string | undefined
  #reason: string | undefined
  #waiting: ((answer: ReadonlyMap<string, unknown> | undefined) => void) | undefined
  #asked: Promise<OtherFigures | string> | undefined
  #said = ''

  /** @param interpreter in which `codecarbon` is installed */
  constructor(interpreter: string, variables: Variables, place: CarbonPlace, intervalMs: number) {
    const { zone, gramsPerKWh } = place
    const given = JSON.stringify({ zone, gramsPerKWh, seconds: intervalMs / 1000 })
    // A session of its own, as all programs have that an agent starts; its end is the end of its input.
    this.#child = spawn(interpreter, ['-c', codecarbonProgram, given], {
      cwd: '/',
      detached: true,
      stdio: ['pipe', 'pipe', 'ignore'],
      env: ofMachine(variables),
    })
    this.#child.stdin?.on('error', () => {})
    this.#child.stdout?.setEncoding('utf8')
    this.#child.stdout?.on('data', (text: string) => this.#hear(text))
    this.#child.once('error', (error) => this.#over(error.message))
    this.#child.once('close', () => this.#over('it ended'))
    this.#child.unref()
  }

  /** What it says so far; in words why it says nothing; undefined where it may yet. Whoever asks meanwhile has the same answer. */
  async ask(): Promise<OtherFigures | string | undefined> {
    if (this.#reason !== undefined) return this.#reason
    if (this.#version === undefined) return undefined
    this.#asked ??= this.#ask(this.#version)
    const told = await this.#asked
    this.#asked = undefined
    return told
  }

  async #ask(version: string): Promise<OtherFigures | string> {
    const answer = await new Promise<ReadonlyMap<string, unknown> | undefined>((resolve) => {
      this.#waiting = resolve
      this.#child.stdin?.write('\n')
    })
    const coveredMs = answer?.get('ms')
    if (answer === undefined || typeof coveredMs !== 'number') return this.#reason ?? 'it told no figure'
    return { version, parts: this.#partsOf(answer, coveredMs) }
  }

  end(): void {
    this.#waiting?.(undefined)
    this.#waiting = undefined
    killChild(this.#child)
  }

  #hear(text: string): void {
    const lines = (this.#said + text).split('\n')
    this.#said = lines.pop() ?? ''
    for (const line of lines) this.#take(fieldsIn(line))
  }

  #take(told: ReadonlyMap<string, unknown>): void {
    const [version, reason] = [told.get('version'), told.get('reason')]
    if (typeof reason === 'string') return this.#over(reason)
    if (typeof version === 'string') {
      this.#version = version
      for (const [part, way] of fieldsOf(told.get('methods'))) {
        const [mode, watts] = [fieldsOf(way).get('mode'), fieldsOf(way).get('watts')]
        if (typeof mode === 'string')
          this.#ways.set(part, { mode, watts: typeof watts === 'number' ? watts : undefined })
      }
      return
    }
    this.#waiting?.(told)
    this.#waiting = undefined
  }

  #over(reason: string): void {
    this.#reason ??= reason
    this.#waiting?.(undefined)
    this.#waiting = undefined
  }

  #partsOf(answer: ReadonlyMap<string, unknown>, coveredMs: number): OtherPart[] {
    const joulesOf = fieldsOf(answer.get('joules'))
    const [grams, energy, memoryWatts] = ['gramsCO2e', 'energy', 'memoryWatts'].map((name) =>
      answer.get(name),
    )
    const isPlaced =
      answer.get('isPlaced') === true && typeof grams === 'number' && typeof energy === 'number'
    const gramsPerJoule = isPlaced && energy > 0 ? grams / energy : undefined
    return parts.flatMap((part): OtherPart[] => {
      const [joules, way] = [joulesOf.get(part), this.#ways.get(part)]
      if (typeof joules !== 'number' || way === undefined) return []
      const watts = part === 'memory' && typeof memoryWatts === 'number' ? memoryWatts : way.watts
      return [
        {
          part,
          ...methodOf(part, { ...way, watts }),
          joules,
          coveredMs,
          gramsCO2e: gramsPerJoule === undefined ? undefined : joules * gramsPerJoule,
        },
      ]
    })
  }
}

/** Which is a machine's, and none of its processes': all devices are seen. */
function ofMachine(variables: Variables): Variables {
  const own = Object.entries(variables).filter(
    ([name]) => !name.startsWith('PROVLOOM_') && !name.endsWith('_VISIBLE_DEVICES'),
  )
  return { ...Object.fromEntries(own), PYTHONDONTWRITEBYTECODE: '1' }
}

/** Its `cpu_load` is a part of the TDP that grows with the cube of the load (version 3), its RAM a constant a DIMM. */
function methodOf(part: OtherPart['part'], { mode, watts }: Way): Pick<OtherPart, 'kind' | 'method'> {
  const of = watts === undefined ? 'what it takes a device to draw' : `${Math.round(watts * 10) / 10} W`
  if (part === 'memory') return { kind: 'estimated', method: `a constant of ${of}` }
  if (part === 'accelerators') return { kind: 'measured', method: 'counters of the devices' }
  switch (mode) {
    case 'intel_rapl':
    case 'windows_emi':
      return { kind: 'measured', method: mode === 'intel_rapl' ? 'RAPL' : mode }
    case 'cpu_load':
      return { kind: 'estimated', method: `load of the processors, of ${of}` }
    case 'constant':
      return { kind: 'estimated', method: `a constant part of ${of}` }
    default:
      return { kind: 'integrated', method: mode }
  }
}
