import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { killChild, nodeFlags } from '@provloom/shared'
import { listeningDescriptor } from './listening.ts'

/** A process cannot be started from a TypeScript file by every Node. */
const isBuilt = import.meta.url.endsWith('.js')

/**
 * Sends connections away while there are no descriptors to accept them with. ZeroMQ then tries again and again, on a
 * whole core, because what waits at its socket stays there; another process, which shares the socket and has
 * descriptors of its own, takes it away. The process is started beforehand: at the limit none can be.
 */
export class Shedder {
  readonly #port: number
  #child: ChildProcess | undefined
  #shedding = false

  constructor(port: number) {
    this.#port = port
  }

  get shedding(): boolean {
    return this.#shedding
  }

  /** Makes sure that the process is there. */
  prepare(): void {
    if (!isBuilt || this.#child !== undefined) return
    const socket = listeningDescriptor(this.#port)
    if (socket === undefined) return
    try {
      const child = fork(new URL('./shed-process.js', import.meta.url), [], {
        stdio: ['ignore', 'ignore', 'ignore', 'ipc', socket],
        execArgv: [...nodeFlags],
      })
      child.on('error', () => this.#gone(child))
      child.once('exit', () => this.#gone(child))
      child.unref()
      child.channel?.unref()
      this.#child = child
    } catch {
      // Tried again at the next look.
    }
  }

  begin(): void {
    if (this.#shedding || this.#child === undefined) return
    this.#shedding = true
    // One that could not be started has no channel.
    if (this.#child.connected) this.#child.send('shed', () => {})
  }

  /** No more is sent away; another process gets ready for the next time. */
  end(): void {
    this.close()
    this.prepare()
  }

  close(): void {
    const child = this.#child
    this.#gone(child)
    killChild(child)
  }

  #gone(child: ChildProcess | undefined): void {
    if (child !== this.#child) return
    this.#child = undefined
    this.#shedding = false
  }
}
