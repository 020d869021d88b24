import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { keep } from '../machine/kin.ts'
import { provloomCommand } from '../machine/paths.ts'
import { mustUsageOf } from '../machine/usage.ts'
import type { Usage } from '../machine/usage.ts'

export interface Answered {
  readonly ms: number
  /** Of the body as it is sent, and as it is. */
  readonly sentBytes: number
  readonly bytes: number
}

/** A real `provloom ui` over a folder. */
export class UiServer {
  readonly #child: ChildProcess
  readonly url: string
  readonly #cookie: string

  private constructor(child: ChildProcess, url: string, cookie: string) {
    this.#child = child
    this.url = url
    this.#cookie = cookie
  }

  static async start(saveDir: string): Promise<UiServer> {
    const child = keep(
      // As people start it: through the shell, which sees to its memory.
      spawn(provloomCommand, ['ui', saveDir, '--port', '0', '--json'], {
        detached: true,
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    )
    const lines = createInterface({ input: child.stdout })
    const [line] = (await once(lines, 'line')) as [string]
    const { url } = JSON.parse(line) as { url: string }
    const answer = await fetch(url, { redirect: 'manual' })
    const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0]!
    return new UiServer(child, new URL(url).origin, cookie)
  }

  get usage(): Usage {
    return mustUsageOf(this.#child.pid!)
  }

  /** @throws Error for an answer that is none */
  async ask(path: string): Promise<Answered> {
    const began = performance.now()
    const answer = await fetch(`${this.url}/api/${path}`, {
      headers: { cookie: this.#cookie, 'accept-encoding': 'gzip' },
    })
    const body = await answer.arrayBuffer()
    const ms = performance.now() - began
    if (!answer.ok)
      throw new Error(`${path}: ${answer.status} ${Buffer.from(body).toString('utf8').slice(0, 400)}`)
    const sent = Number(answer.headers.get('content-length') ?? body.byteLength)
    return { ms, sentBytes: sent, bytes: body.byteLength }
  }

  /** What a live view is sent in so many seconds, after what it is sent first. */
  async live(
    query: string,
    seconds: number,
  ): Promise<{ readonly bytesPerSecond: number; readonly first: number }> {
    const stop = new AbortController()
    const answer = await fetch(`${this.url}/api/live?${query}`, {
      headers: { cookie: this.#cookie },
      signal: stop.signal,
    })
    let [first, later, begun] = [0, 0, 0]
    try {
      for await (const chunk of answer.body ?? []) {
        const now = performance.now()
        begun ||= now
        // What is sent in the first seconds is all that there is so far.
        if (now - begun < 3000) first += chunk.length
        else later += chunk.length
        if (now - begun > 3000 + seconds * 1000) break
      }
    } finally {
      stop.abort()
    }
    return { bytesPerSecond: later / seconds, first }
  }

  async close(): Promise<void> {
    const exit = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    await exit
  }
}
