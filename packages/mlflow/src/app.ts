import type { HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import type { Context, MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { fieldsOf, limits, reasonOf } from '@provloom/shared'
import type { Access } from './access.ts'
import type { ArtifactPlace } from './artifact-place.ts'
import { Asked } from './asked.ts'
import type { Desk } from './desk.ts'
import { Fault } from './fault.ts'
import { addArtifactReads, addArtifactWrites } from './routes/artifacts.ts'
import type { Connection } from './recorder.ts'
import type { Route } from './routes/route.ts'
import { addServerFacts, addTraces } from './routes/traces.ts'

export interface Bindings {
  Bindings: HttpBindings
}

/** By these names the same is asked: by its Python client, its pages, and clients of other languages and years. */
const bases = ['/api/2.0/mlflow', '/api/2.0/preview/mlflow', '/ajax-api/2.0/mlflow', '/api/3.0/mlflow']

export const artifactBases: readonly string[] = [
  '/api/2.0/mlflow-artifacts',
  '/ajax-api/2.0/mlflow-artifacts',
]

/** What MLflow's clients may ask, answered from books. A trouble of ours is told to a person and never to a client. */
export function createApp(desk: Desk, place: ArtifactPlace, access: Access): Hono<Bindings> {
  const app = new Hono<Bindings>()
  app.use(async (context, next) => {
    const host = context.req.header('host')
    if (!access.isHost(host))
      throw new Fault('PERMISSION_DENIED', `${host ?? 'Nobody'} is no name of this server`)
    if (!access.isAllowed(context.req.header('authorization')))
      throw new Fault('UNAUTHENTICATED', 'MLFLOW_TRACKING_TOKEN is not the one that provloom has set')
    await next()
  })
  const told = (message: string): void => desk.tell(message)
  const files = new Hono()
  addArtifactReads(files, place)
  addArtifactWrites(files, place, told)
  for (const base of artifactBases) app.route(base, files)
  app.use(limitBody())
  addServerFacts(app)
  addTraces(app)
  for (const [n, route] of desk.routesFor(undefined).entries())
    addRoute(app, route, (connection) => desk.routesFor(connection)[n])
  app.notFound((context) => {
    const { path, method } = context.req
    told(`MLflow asked for what is not answered: ${method} ${path}`)
    throw new Fault('ENDPOINT_NOT_FOUND', `No endpoint ${method} ${path}`)
  })
  app.onError((error, context) => {
    if (error instanceof Fault) return context.json(error.body, error.status)
    // A client that is told of it would try for minutes, and then end its script.
    told(`a request of MLflow's failed in us (${reasonOf(error)}): ${context.req.method} ${context.req.path}`)
    return context.json({})
  })
  return app
}

/** @param of whoever asks, what answers there */
export function addRoute(
  app: Hono<Bindings>,
  { method, path }: Route,
  of: (connection: Connection) => Route | undefined,
): void {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name)
  for (const base of bases)
    app.on(method.toUpperCase(), `${base}${path}`, async (context) => {
      const connection = context.env?.incoming?.socket
      const named = names.map((name) => context.req.param(name) ?? '')
      const asked = new Asked(method === 'get' ? queryOf(context) : await bodyOf(context))
      return context.json((await of(connection)?.answer({ asked, named, connection })) ?? {})
    })
}

function limitBody(): MiddlewareHandler {
  return bodyLimit({
    maxSize: limits.mlflowBodyBytesMax,
    onError: () => {
      throw new Fault('REQUEST_ENTITY_TOO_LARGE', `A request has at most ${limits.mlflowBodyBytesMax} bytes`)
    },
  })
}

/** A name that is given more than once is a list. */
function queryOf(context: Context): Map<string, unknown> {
  const all = Object.entries(context.req.queries())
  return new Map(all.map(([name, values]) => [name, values.length === 1 ? values[0] : values]))
}

/** @throws {Fault} `BAD_REQUEST` for what is no JSON */
async function bodyOf(context: Context): Promise<ReadonlyMap<string, unknown>> {
  const text = await context.req.text()
  if (text.trim() === '') return queryOf(context)
  try {
    return fieldsOf(JSON.parse(text))
  } catch {
    throw new Fault('BAD_REQUEST', 'The request is no JSON')
  }
}
