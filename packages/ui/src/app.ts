import { Hono } from 'hono'
import type { Context, MiddlewareHandler } from 'hono'
import { compress } from 'hono/compress'
import { getCookie, setCookie } from 'hono/cookie'
import { secureHeaders } from 'hono/secure-headers'
import { Fault, createReadingApp, isOfMlflow, secretIn } from '@provloom/mlflow'
import type { Reader } from '@provloom/reader'
import { ProvloomError } from '@provloom/shared'
import type { Access } from './access.ts'
import { answerError } from './answer-error.ts'
import { createApi } from './api.ts'
import type { About } from './api.ts'
import { readAssets } from './assets.ts'
import type { Asset } from './assets.ts'
import { filesOf } from './mlflow/files.ts'
import { libraryOver } from './mlflow/library.ts'

/**
 * All that is answered. Each answer has a policy under which a browser loads from nowhere else; nothing is answered to who asks
 * by a strange name of this machine, or without the token; and only reading is understood.
 */
export function createApp(reader: Reader, access: Access, about: About): Hono {
  const app = new Hono()
  const assets = readAssets()
  app.use(secureHeaders(headers))
  app.use(mlflowAside(reader, access))
  app.use(onlyReading)
  app.use(onlyByName(access))
  app.get('/', (context, next) => takeToken(context, access) ?? next())
  app.use(onlyWithToken(access))
  app.use(compress())
  app.route('/api', createApi(reader, about))
  app.get('/', (context) => send(context, assets.get('index.html')))
  app.get('/:name', (context) => send(context, assets.get(context.req.param('name'))))
  app.notFound(() => {
    throw unknownAddress()
  })
  app.onError((error, context) => {
    const { status, body } = answerError(error)
    return context.json(body, status)
  })
  return app
}

/** A browser loads from nowhere else, shows it in no other page's frame, and tells nobody where it was. */
const headers: Parameters<typeof secureHeaders>[0] = {
  contentSecurityPolicy: {
    defaultSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
    objectSrc: ["'none'"],
  },
  xFrameOptions: 'DENY',
  referrerPolicy: 'no-referrer',
  // It is spoken to over loopback, without TLS.
  strictTransportSecurity: false,
}

/**
 * What MLflow's clients ask is answered in their words, errors too. They have the token as theirs (MLFLOW_TRACKING_TOKEN, or a
 * password); a browser's cookie is none here: no page asks for it, and some of it is asked by POST.
 */
function mlflowAside(reader: Reader, access: Access): MiddlewareHandler {
  const reading = createReadingApp(libraryOver(reader), filesOf(reader))
  const refused = (fault: Fault): Response => Response.json(fault.body, { status: fault.status })
  return async ({ req }, next) => {
    if (!isOfMlflow(req.path)) return await next()
    const host = req.header('host')
    if (!access.isHost(host))
      return refused(new Fault('PERMISSION_DENIED', `${host ?? 'Nobody'} is no name of this server`))
    if (!access.isToken(secretIn(req.header('authorization') ?? '')))
      return refused(new Fault('UNAUTHENTICATED', 'MLFLOW_TRACKING_TOKEN is not the token of provloom ui'))
    return await reading.fetch(req.raw)
  }
}

const onlyReading: MiddlewareHandler = async (context, next) => {
  if (context.req.method === 'GET' || context.req.method === 'HEAD') return await next()
  const { body } = answerError(unknownAddress())
  return context.json(body, 405, { allow: 'GET, HEAD' })
}

function onlyByName(access: Access): MiddlewareHandler {
  return async (context, next) => {
    const host = context.req.header('host')
    if (access.isHost(host)) return await next()
    throw new ProvloomError('HOST_REFUSED', `${host ?? 'Nobody'} is no name of this server`, {
      doing: 'answer a browser',
      hint: `Ask 127.0.0.1, or allow it: provloom ui --allow-host ${(host ?? 'NAME').replace(/:\d+$/, '')}`,
    })
  }
}

/** The token leaves the address as soon as it has come, so that no copied link holds it. */
function takeToken(context: Context, access: Access): Response | undefined {
  const said = context.req.query('token')
  if (said === undefined) return undefined
  if (!access.isToken(said)) throw wrongToken()
  setCookie(context, access.cookie, access.token, { httpOnly: true, sameSite: 'Strict', path: '/' })
  return context.redirect('./')
}

function onlyWithToken(access: Access): MiddlewareHandler {
  return async (context, next) => {
    const bearer = /^Bearer (.+)$/.exec(context.req.header('authorization') ?? '')?.[1]
    if (access.isToken(getCookie(context, access.cookie)) || access.isToken(bearer)) return await next()
    if (wantsPage(context)) return context.html(strangerPage, 401)
    throw wrongToken()
  }
}

function wantsPage(context: Context): boolean {
  return context.req.path === '/' && (context.req.header('accept') ?? '').includes('text/html')
}

const strangerPage = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Provloom</title>
<h1>This page needs its token</h1>
<p>Open the address that <code>provloom ui</code> has printed: it holds the token, once. A copied link holds none.</p>
<p>Whoever has no such line any more starts it again: <code>provloom ui</code></p></html>`

function wrongToken(): ProvloomError {
  return new ProvloomError('TOKEN_WRONG', 'The token is missing, or of another server', {
    doing: 'answer a browser',
    hint: 'Open the address that provloom ui has printed; start it again for a new one.',
  })
}

function unknownAddress(): ProvloomError {
  return new ProvloomError('ADDRESS_UNKNOWN', 'There is nothing at this address that can be read', {
    doing: 'answer a browser',
    hint: 'The page is at /, what can be asked below api/; only GET is understood.',
  })
}

function send(context: Context, asset: Asset | undefined): Response {
  if (asset === undefined) throw unknownAddress()
  const lines = { etag: asset.tag, 'cache-control': 'no-cache', 'content-type': asset.type }
  if (context.req.header('if-none-match') === asset.tag) return context.body(null, 304, lines)
  return context.body(new Uint8Array(asset.body), 200, lines)
}
