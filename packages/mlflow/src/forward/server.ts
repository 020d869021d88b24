import fs from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { fieldsIn, limits, reasonOf } from '@provloom/shared'
import type { Fields } from '@provloom/shared'

type Variables = Readonly<Record<string, string | undefined>>

/** What a server makes of a request. */
export type Reply =
  | { readonly kind: 'answered'; readonly body: Fields }
  /** It will never be taken: in MLflow's own words. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  /** Nobody knows whether it was taken. `isTheirs`: the server has failed at this very request; false: it was not reached. */
  | { readonly kind: 'later'; readonly reason: string; readonly isTheirs?: boolean }

/** There is nothing to be said, or it is there. */
export const done: Reply = { kind: 'answered', body: new Map() }

export interface Upload {
  readonly file: string
  readonly size: number
}

/** A tracking server of MLflow's, asked as its own client asks. */
export interface Server {
  /** Without a name and password in it: for people, and for files. */
  readonly uri: string
  ask(method: string, address: string, body?: object): Promise<Reply>
  /** @param address behind `/api/2.0/mlflow-artifacts/artifacts/` */
  put(address: string, content: Upload | Buffer): Promise<Reply>
  close(): void
}

/** Whether a tracking URI is one that can be asked over HTTP; `file:`, `sqlite:` and a vendor's own are not. */
export function isServerUri(uri: string): boolean {
  return URL.canParse(uri) && /^https?:$/.test(new URL(uri).protocol)
}

/**
 * @param variables MLflow's own, by which its client says who it is: MLFLOW_TRACKING_TOKEN, MLFLOW_TRACKING_USERNAME and
 *   MLFLOW_TRACKING_PASSWORD, MLFLOW_TRACKING_INSECURE_TLS, MLFLOW_TRACKING_SERVER_CERT_PATH
 * @param moved told while a file is on its way
 */
export function openServer(uri: string, variables: Variables, moved: () => void = () => {}): Server {
  const waitMs = limits.mlflowForwardWaitMs
  const base = new URL(uri)
  const authorization = authorizationOf(base, variables)
  base.username = ''
  base.password = ''
  const root = base.href.replace(/\/+$/, '')
  const secure = base.protocol === 'https:'
  const agent = secure
    ? new https.Agent({ keepAlive: true, maxSockets: 1, ...trustOf(variables) })
    : new http.Agent({ keepAlive: true, maxSockets: 1 })
  const send = (
    method: string,
    address: string,
    headers: Readonly<Record<string, string | number>>,
    body: Upload | Buffer | undefined,
  ): Promise<Reply> =>
    new Promise((resolve) => {
      const later = (error: unknown): void =>
        resolve({ kind: 'later', reason: reasonOf(error), isTheirs: false })
      const request = (secure ? https : http).request(
        `${root}${address}`,
        { method, agent, timeout: waitMs, headers: { ...headers, ...authorization } },
        (response) => {
          const chunks: Buffer[] = []
          let size = 0
          response.on('data', (chunk: Buffer) => {
            size += chunk.length
            if (size <= answerBytesMax) chunks.push(chunk)
            else request.destroy(new Error('its answer is too large'))
          })
          response.on('end', () =>
            resolve(replyOf(response.statusCode ?? 0, Buffer.concat(chunks).toString('utf8'))),
          )
          response.on('error', later)
        },
      )
      request.on('timeout', () => request.destroy(new Error(`no answer within ${waitMs / 1000} s`)))
      request.on('error', later)
      if (body === undefined || Buffer.isBuffer(body)) request.end(body)
      else
        fs.createReadStream(body.file)
          .on('error', (error) => request.destroy(error))
          .on('data', moved)
          .pipe(request)
    })
  return {
    uri: root,
    ask(method, address, body) {
      const text = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
      const headers =
        text === undefined ? {} : { 'content-type': 'application/json', 'content-length': text.length }
      return send(method, `/api/2.0/mlflow${address}`, headers, text)
    },
    put(address, content) {
      const length = Buffer.isBuffer(content) ? content.length : content.size
      const headers = { 'content-type': 'application/octet-stream', 'content-length': length }
      return send('PUT', `/api/2.0/mlflow-artifacts/artifacts/${address}`, headers, content)
    },
    close: () => agent.destroy(),
  }
}

/** A page of 25,000 values has about 3 MB. */
const answerBytesMax: number = 64 * 1024 * 1024

function replyOf(status: number, text: string): Reply {
  const body = fieldsIn(text)
  if (status === 200) return { kind: 'answered', body }
  const [code, message] = [body.get('error_code'), body.get('message')]
  const words = typeof message === 'string' && message !== '' ? message : text.slice(0, 200)
  // What is wrong with who asks may be put right; what is wrong with what is asked stays so.
  const isForGood = [400, 404, 409, 413].includes(status) && (typeof code === 'string' || status === 413)
  if (isForGood) return { kind: 'refused', code: String(code), message: words }
  return { kind: 'later', reason: `it answers ${status}: ${words}`, isTheirs: status === 500 }
}

function authorizationOf(base: URL, variables: Variables): Readonly<Record<string, string>> {
  const basic = (user: string, password: string): Readonly<Record<string, string>> => ({
    authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
  })
  const { MLFLOW_TRACKING_USERNAME: user, MLFLOW_TRACKING_PASSWORD: password } = variables
  if (isSaid(user) && isSaid(password)) return basic(user, password)
  const token = variables['MLFLOW_TRACKING_TOKEN']
  if (isSaid(token)) return { authorization: `Bearer ${token}` }
  if (base.username === '') return {}
  return basic(decodeURIComponent(base.username), decodeURIComponent(base.password))
}

function trustOf(variables: Variables): https.AgentOptions {
  const bundle = variables['MLFLOW_TRACKING_SERVER_CERT_PATH'] ?? variables['REQUESTS_CA_BUNDLE']
  const insecure = variables['MLFLOW_TRACKING_INSECURE_TLS']?.toLowerCase() === 'true'
  try {
    return {
      ...(isSaid(bundle) ? { ca: fs.readFileSync(bundle) } : {}),
      ...(insecure ? { rejectUnauthorized: false } : {}),
    }
  } catch {
    // It is told when the server's certificate is not trusted.
    return {}
  }
}

function isSaid(text: string | undefined): text is string {
  return text !== undefined && text !== ''
}
