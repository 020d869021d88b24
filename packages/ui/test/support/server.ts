import http from 'node:http'
import { createGunzip } from 'node:zlib'
import { onTestFinished } from 'vitest'
import { openReader } from '@provloom/reader'
import { startUi } from '@provloom/ui'
import type { Ui, UiSettings } from '@provloom/ui'

/** A server over a folder for as long as a test goes on. */
export async function serve(directory: string, settings: Partial<UiSettings> = {}): Promise<Ui> {
  const ui = await startUi({ reader: openReader(directory), port: 0, ...settings })
  onTestFinished(() => ui.close())
  return ui
}

export interface Response {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly text: string
}

export interface Ask {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Without a token in it. */
  readonly bare?: boolean
  readonly socketPath?: string
  readonly body?: object
  /** The connection is given up as soon as the answer has this in it. */
  readonly until?: RegExp
}

/** Any request, also such as no browser makes: the path goes out as it is. */
export function ask(ui: Ui, path: string, options: Ask = {}): Promise<Response> {
  const { method = 'GET', headers = {}, bare = false, socketPath, until, body } = options
  const token = bare ? {} : { authorization: `Bearer ${ui.token}` }
  const where = socketPath === undefined ? { host: '127.0.0.1', port: ui.port } : { socketPath }
  return new Promise((resolve, reject) => {
    const request = http.request(
      { ...where, method, path, headers: { ...token, ...headers }, agent: false },
      (response) => {
        let text = ''
        const done = (): void =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString()
          if (until?.test(text) !== true) return
          done()
          request.destroy()
        })
        response.on('end', done)
        response.on('error', () => {})
      },
    )
    request.on('error', reject)
    request.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

export function bodyOf(response: Response): unknown {
  return JSON.parse(response.text)
}

/** An answer that goes on, once it has begun. */
export function stream(
  ui: Ui,
  path: string,
  more: Readonly<Record<string, string>> = {},
): Promise<http.ClientRequest> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${ui.token}`, ...more }
    const request = http.get(
      { host: '127.0.0.1', port: ui.port, path, headers, agent: false },
      (response) => {
        response.once('data', () => resolve(request))
        response.on('error', () => {})
      },
    )
    request.on('error', reject)
    onTestFinished(() => void request.destroy())
  })
}

/** The first event of a packed stream of them, which goes on; and how many bytes there were by then. */
export function firstPacked(
  ui: Ui,
  path: string,
): Promise<{ readonly data: string; readonly bytes: number }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${ui.token}`, 'accept-encoding': 'gzip, br' }
    const request = http.get(
      { host: '127.0.0.1', port: ui.port, path, headers, agent: false },
      (response) => {
        let [bytes, text] = [0, '']
        response.on('data', (chunk: Buffer) => (bytes += chunk.length))
        const plain = response.pipe(createGunzip())
        for (const one of [response, plain]) one.on('error', () => {})
        plain.on('data', (chunk: Buffer) => {
          text += chunk.toString()
          const [, data] = /^data: (.*)\n/m.exec(text) ?? []
          if (data === undefined) return
          resolve({ data, bytes })
          request.destroy()
        })
      },
    )
    request.on('error', reject)
  })
}
