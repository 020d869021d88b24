import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import zlib from 'node:zlib'
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

const firstMs = 3000

export interface Followed {
  readonly first: number
  readonly bytesPerSecond: number
  /** Processor seconds of the server in each. */
  readonly cpuPerSecond: number
  readonly events: number
  /** Bytes of JSON a second, by part of the answers. */
  readonly parts: Readonly<Record<string, number>>
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

  /** What a live view is sent in so many seconds, after what it is sent first: as it is sent, and of which part of an answer. */
  async live(query: string, seconds: number): Promise<Followed> {
    const request = http.get(`${this.url}/api/live?${query}`, {
      headers: { cookie: this.#cookie, 'accept-encoding': 'gzip' },
    })
    const [answer] = (await once(request, 'response')) as [http.IncomingMessage]
    const isPacked = answer.headers['content-encoding'] === 'gzip'
    let sent = 0
    answer.on('data', (chunk: Buffer) => {
      sent += chunk.length
    })
    const text = isPacked ? answer.pipe(zlib.createGunzip()) : answer
    const events: Record<string, unknown>[] = []
    const ignore = (): void => {}
    // It is ended in the middle.
    for (const one of [request, answer, text]) one.on('error', ignore)
    const lines = createInterface({ input: text })
    lines.on('error', ignore)
    lines.on('line', (line) => {
      if (line.startsWith('data: ')) events.push(JSON.parse(line.slice(6)) as Record<string, unknown>)
    })
    // What is sent in the first seconds is all that there is so far.
    while (events.length === 0) await sleep(50)
    await sleep(firstMs)
    const [first, before, cpu] = [sent, events.length, this.usage.cpuSeconds]
    await sleep(seconds * 1000)
    const later = events.slice(before)
    const parts: Record<string, number> = {}
    for (const event of later)
      for (const [name, part] of Object.entries(event))
        parts[name] = (parts[name] ?? 0) + JSON.stringify(part).length / seconds
    const followed = {
      first,
      bytesPerSecond: (sent - first) / seconds,
      cpuPerSecond: (this.usage.cpuSeconds - cpu) / seconds,
      events: later.length,
      parts,
    }
    request.destroy()
    return followed
  }

  async close(): Promise<void> {
    const exit = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    await exit
  }
}
