import os from 'node:os'
import type { Clock } from '@provloom/shared'
import type { SourceWriter } from '../../event-source.ts'
import type { OtherPart, OtherTool } from './tool.ts'

export interface OthersParts {
  readonly clock: Clock
  readonly tools: readonly OtherTool[]
  readonly hostId: string
  /** What is still being asked at the end gets so long. */
  readonly patienceMs: number
}

type Sums = Pick<OtherPart, 'joules' | 'coveredMs' | 'gramsCO2e'>

/** What other tools say of a machine's energy, beside a watch of it: of more than one time the sum. */
export class OtherTools {
  readonly #parts: OthersParts
  /** By tool and part, what they said before the time that is watched now, and with it. */
  #before = new Map<string, Sums>()
  readonly #sums = new Map<string, Sums>()
  readonly #told = new Map<string, string>()
  /** A watch that ends and begins anew ends first. */
  #turn: Promise<void> = Promise.resolve()

  constructor(parts: OthersParts) {
    this.#parts = parts
  }

  begin(): void {
    this.#turn = this.#turn.then(() => {
      this.#before = new Map(this.#sums)
      for (const tool of this.#parts.tools) tool.begin()
    })
  }

  async look(writer: SourceWriter, isLast = false): Promise<void> {
    await Promise.all(this.#parts.tools.map((tool) => this.#tell(writer, tool, isLast)))
  }

  /** Their last words, as far as they come in time. */
  end(writer: SourceWriter): Promise<void> {
    this.#turn = this.#turn.then(() => this.#end(writer))
    return this.#turn
  }

  async #end(writer: SourceWriter): Promise<void> {
    const { clock, patienceMs, tools } = this.#parts
    await new Promise<void>((resolve) => {
      const cancel = clock.after(patienceMs, resolve)
      void this.look(writer, true).then(() => {
        cancel()
        resolve()
      })
    })
    for (const tool of tools) tool.end()
  }

  async #tell(writer: SourceWriter, tool: OtherTool, isLast: boolean): Promise<void> {
    const told = await tool.ask(isLast)
    if (told === undefined) return
    if (typeof told === 'string') return this.#say(writer, tool, '', { reason: told })
    const { version, parts } = told
    for (const one of parts) {
      const sums = this.#sumsOf(`${tool.tool} ${one.part}`, one)
      const { part, kind, method } = one
      this.#say(writer, tool, part, {
        part,
        kind,
        method,
        ...(version === undefined ? {} : { version }),
        joules: micro(sums.joules),
        ...(sums.coveredMs === undefined ? {} : { coveredMs: Math.round(sums.coveredMs) }),
        ...(sums.gramsCO2e === undefined ? {} : { gramsCO2e: micro(sums.gramsCO2e) }),
      })
    }
  }

  #sumsOf(key: string, { joules, coveredMs, gramsCO2e }: Sums): Sums {
    const before = this.#before.get(key)
    const sums = {
      joules: joules + (before?.joules ?? 0),
      coveredMs: coveredMs === undefined ? undefined : coveredMs + (before?.coveredMs ?? 0),
      gramsCO2e: gramsCO2e === undefined ? undefined : gramsCO2e + (before?.gramsCO2e ?? 0),
    }
    this.#sums.set(key, sums)
    return sums
  }

  /** What is as it was is not told again. */
  #say(writer: SourceWriter, { tool }: OtherTool, part: string, said: object): void {
    const words = JSON.stringify(said)
    const key = `${tool} ${part}`
    if (this.#told.get(key) === words) return
    this.#told.set(key, words)
    writer.record({ type: 'energy.other', host: os.hostname(), hostId: this.#parts.hostId, tool, ...said })
  }
}

function micro(value: number): number {
  return Math.round(value * 1e6) / 1e6
}
