import type { Reader, RunAnswer } from '@provloom/reader'
import { shownText } from '../command/show.ts'
import { inLines } from '../look/in-lines.ts'
import { printJson } from '../look/options.ts'
import { terminalWidth } from '../look/table.ts'
import { styleFor } from '../output/style.ts'
import { Screen } from './screen.ts'
import type { Asked } from './screen.ts'
import { clipped, watchLines } from './view.ts'
import { watchedOf } from './watched.ts'
import type { Watched } from './watched.ts'

/** The time that a run takes goes on when nothing else does. */
const drawMs = 1_000

/** Where what is watched is shown. */
export interface Watching {
  /** Somebody looks at it, who sees that a run is left: it is not followed to its end by a program. */
  readonly isSeen: boolean
  /** Somebody wants it to end. */
  readonly asked: Promise<Asked>
  open(reader: Reader): void
  /** There is no run yet. */
  wait(directory: string): void
  show(reader: Reader, run: RunAnswer): Promise<void>
  close(): void
  /** The run has ended. */
  end(reader: Reader, run: RunAnswer): Promise<void>
}

function noRunWords(directory: string): string {
  return `no run in ${directory} yet. Make one: provloom run -n 4 -- python train.py`
}

/** Nobody asks it to end but by signals, which end this process. */
const never = new Promise<Asked>(() => {})

/** The head as it is, a line each time. */
export class Lines implements Watching {
  readonly isSeen = false
  readonly asked: Promise<Asked> = never

  open(): void {}
  wait(): void {}
  close(): void {}

  show(_: Reader, run: RunAnswer): Promise<void> {
    printJson(run)
    return Promise.resolve()
  }

  end(_: Reader, run: RunAnswer): Promise<void> {
    printJson(run)
    return Promise.resolve()
  }
}

/** Blocks below each other, for a file or a pipe. */
export class Blocks implements Watching {
  readonly isSeen = false
  readonly asked: Promise<Asked> = never
  readonly #everyMs: number
  #shownMs = -Infinity
  #waits = false

  constructor(everyMs: number) {
    this.#everyMs = everyMs
  }

  open(): void {}
  close(): void {}

  wait(directory: string): void {
    if (!this.#waits) process.stdout.write(`${noRunWords(directory)}\n`)
    this.#waits = true
  }

  async show(reader: Reader, run: RunAnswer): Promise<void> {
    if (performance.now() - this.#shownMs < this.#everyMs) return
    const watched = inLines(await watchedOf(reader, run))
    this.#shownMs = performance.now()
    const room = { width: terminalWidth(), height: Infinity }
    process.stdout.write(`${watchLines(watched, room, styleFor(process.stdout), Date.now()).join('\n')}\n\n`)
  }

  async end(reader: Reader, run: RunAnswer): Promise<void> {
    process.stdout.write(await shownText(reader, run, terminalWidth()))
  }
}

/** A terminal that is drawn anew. */
export class OnScreen implements Watching {
  readonly isSeen = true
  readonly asked: Promise<Asked>
  readonly #screen: Screen
  readonly #style = styleFor(process.stdout)
  #watched: Watched | undefined
  #words = ''
  #timer: NodeJS.Timeout | undefined

  constructor() {
    let ask: (what: Asked) => void = () => {}
    this.asked = new Promise((resolve) => {
      ask = resolve
    })
    this.#screen = new Screen(process.stdout, process.stdin, {
      asked: (what) => ask(what),
      redraw: () => this.#draw(),
    })
  }

  open(reader: Reader): void {
    this.#words = `looking at ${reader.directory}`
    this.#screen.open()
    this.#timer = setInterval(() => this.#draw(), drawMs)
  }

  wait(directory: string): void {
    this.#words = noRunWords(directory)
    this.#draw()
  }

  async show(reader: Reader, run: RunAnswer): Promise<void> {
    this.#watched = inLines(await watchedOf(reader, run))
    this.#draw()
  }

  close(): void {
    clearInterval(this.#timer)
    this.#screen.close()
  }

  async end(reader: Reader, run: RunAnswer): Promise<void> {
    process.stdout.write(await shownText(reader, run, terminalWidth()))
  }

  #draw(): void {
    const { width, height } = this.#screen
    const keys = clipped(this.#style.dim('  q leaves; the run goes on'), width)
    const lines =
      this.#watched === undefined
        ? [clipped(this.#words, width)]
        : watchLines(this.#watched, { width, height: height - 1 }, this.#style, Date.now())
    this.#screen.draw([...lines, keys].slice(0, height))
  }
}
