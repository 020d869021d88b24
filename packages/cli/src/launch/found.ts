import path from 'node:path'
import type { Reader } from '@provloom/reader'

/** So often it is looked for findings, which at most a fiftieth of the time is spent on: the job has the machine. */
const everyMs = 20_000
const share = 50

/** What stands out in a run that goes on: told once, when it is found. */
export class Found {
  readonly #runDir: string
  readonly #told: (words: string) => void
  readonly #known = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #reader: Reader | undefined
  #over = false

  constructor(runDir: string, told: (words: string) => void) {
    this.#runDir = runDir
    this.#told = told
    this.#later(everyMs)
  }

  stop(): void {
    this.#over = true
    clearTimeout(this.#timer)
  }

  #later(delayMs: number): void {
    if (this.#over) return
    this.#timer = setTimeout(() => void this.#look(), delayMs)
    this.#timer.unref()
  }

  async #look(): Promise<void> {
    const began = performance.now()
    try {
      this.#reader ??= (await import('@provloom/reader')).openReader(path.dirname(this.#runDir))
      const { findings } = await this.#reader.run(this.#runDir)
      for (const { code, ranks, level, text } of findings) {
        const which = JSON.stringify([code, ranks])
        if (this.#over || level === 'note' || this.#known.has(which)) continue
        this.#known.add(which)
        this.#told(`▲ ${text}`)
      }
    } catch {
      // What cannot be read now is looked at again; nothing of the run depends on it.
    }
    this.#later(Math.max(everyMs, (performance.now() - began) * share))
  }
}
