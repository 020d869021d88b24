import type { ReadStream, WriteStream } from 'node:tty'

const enter = '\u001b[?1049h\u001b[?25l'
const leave = '\u001b[?25h\u001b[?1049l'
/** Drawn at once, where a terminal knows how; others take no notice. */
const [begin, end] = ['\u001b[?2026h', '\u001b[?2026l']
const home = '\u001b[H'
const restOfLine = '\u001b[K'
const restBelow = '\u001b[J'

/** Of a terminal that does not say its own. */
const unknown = { width: 80, height: 24 }

/** What somebody typed, or asked by a signal. */
export type Asked = 'quit' | 'SIGINT' | 'SIGTERM' | 'SIGHUP'

const stopped = '\u001a'
const interrupted = '\u0003'

/**
 * A terminal of our own, for as long as it is open: another screen than the shell's, no cursor, keys as they are typed. It is
 * given back as it was however we end.
 */
export class Screen {
  readonly #output: WriteStream
  readonly #input: ReadStream | undefined
  readonly #asked: (what: Asked) => void
  readonly #redraw: () => void
  #open = false
  readonly #typed = (keys: Buffer): void => this.#hear(keys.toString('latin1'))
  readonly #goOn = (): void => this.#enter()
  readonly #leave = (): void => this.#giveBack()
  readonly #signals = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((name) => ({
    name,
    listener: (): void => this.#asked(name),
  }))

  /** @param input keys are heard where it is a terminal too */
  constructor(
    output: WriteStream,
    input: ReadStream,
    on: { readonly asked: (what: Asked) => void; readonly redraw: () => void },
  ) {
    this.#output = output
    this.#input = input.isTTY ? input : undefined
    this.#asked = on.asked
    this.#redraw = on.redraw
  }

  get width(): number {
    return this.#output.columns || unknown.width
  }

  get height(): number {
    return this.#output.rows || unknown.height
  }

  open(): void {
    for (const { name, listener } of this.#signals) process.on(name, listener)
    process.on('SIGCONT', this.#goOn)
    process.on('exit', this.#leave)
    this.#output.on('resize', this.#redraw)
    this.#input?.on('data', this.#typed)
    this.#enter()
  }

  draw(lines: readonly string[]): void {
    if (!this.#open) return
    const text = lines.map((line) => `${line}${restOfLine}`).join('\r\n')
    this.#output.write(`${begin}${home}${text}${restBelow}${end}`)
  }

  close(): void {
    for (const { name, listener } of this.#signals) process.off(name, listener)
    process.off('SIGCONT', this.#goOn)
    process.off('exit', this.#leave)
    this.#output.off('resize', this.#redraw)
    this.#input?.off('data', this.#typed)
    this.#giveBack()
    this.#input?.pause()
  }

  #hear(keys: string): void {
    if (keys.includes(interrupted)) this.#asked('SIGINT')
    else if (/[qQ]/.test(keys)) this.#asked('quit')
    else if (keys.includes(stopped)) {
      this.#giveBack()
      process.kill(process.pid, 'SIGTSTP')
    }
  }

  #enter(): void {
    if (this.#open) return
    this.#open = true
    this.#input?.setRawMode(true)
    this.#input?.resume()
    this.#output.write(enter)
    this.#redraw()
  }

  #giveBack(): void {
    if (!this.#open) return
    this.#open = false
    this.#input?.setRawMode(false)
    this.#output.write(leave)
  }
}
