import { Hono } from 'hono'
import { limits, reasonOf } from '@provloom/shared'
import { addRoute, artifactBases } from './app.ts'
import type { Bindings } from './app.ts'
import type { ArtifactFiles } from './artifact-files.ts'
import { Fault } from './fault.ts'
import type { Library } from './library.ts'
import { addArtifactReads, artifactRoutes } from './routes/artifacts.ts'
import { experimentReads } from './routes/experiments.ts'
import { modelReads } from './routes/models.ts'
import { emptyRegistry } from './routes/registry.ts'
import { runReads } from './routes/runs.ts'
import { addServerFacts } from './routes/traces.ts'

/** Whether an address is one that MLflow's clients ask. */
export function isOfMlflow(path: string): boolean {
  return /^\/(?:(?:ajax-)?api\/\d\.\d\/(?:preview\/)?mlflow(?:-artifacts)?|v1\/traces)(?:\/|$)|^\/(?:version|health)$/.test(
    path,
  )
}

/** The same addresses, of runs that nothing is added to: whatever writes is refused in MLflow's own words. */
export function createReadingApp(library: Library, files: ArtifactFiles): Hono<Bindings> {
  const app = new Hono<Bindings>()
  app.use(async ({ req }, next) => {
    // Of a question it is known how long it is; what is sent without that is a file, which nobody takes here.
    if (Number(req.header('content-length') ?? 0) > limits.mlflowBodyBytesMax)
      throw new Fault('REQUEST_ENTITY_TOO_LARGE', `A request has at most ${limits.mlflowBodyBytesMax} bytes`)
    if (req.header('transfer-encoding') !== undefined && req.path.endsWith('/search'))
      throw new Fault('BAD_REQUEST', 'A request says how long it is')
    await next()
  })
  const artifacts = new Hono()
  addArtifactReads(artifacts, files)
  for (const base of artifactBases) app.route(base, artifacts)
  addServerFacts(app)
  const routes = [
    ...experimentReads(library),
    ...runReads(library, files),
    ...modelReads(library, files),
    ...artifactRoutes(library, files),
    ...emptyRegistry(),
  ]
  for (const route of routes) addRoute(app, route, () => route)
  app.notFound(({ req: { method, path } }) => {
    if (method === 'GET' || method === 'HEAD' || path.endsWith('/search'))
      throw new Fault('ENDPOINT_NOT_FOUND', `No endpoint ${method} ${path}`)
    throw new Fault(
      'PERMISSION_DENIED',
      `Nothing is added here: these runs can only be read (${method} ${path})`,
    )
  })
  app.onError((error, context) => {
    if (error instanceof Fault) return context.json(error.body, error.status)
    return context.json(
      { error_code: 'INTERNAL_ERROR', message: reasonOf(error).slice(0, limits.problemLengthMax) },
      500,
    )
  })
  return app
}
