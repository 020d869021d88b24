import type { Env, Hono } from 'hono'
import { fieldsOf } from '@provloom/shared'

/** The newest server whose answers these are: the client asks before it sends traces. */
const serverVersion = '3.17.2'

/** What a client wants to know of its server. */
export function addServerFacts<E extends Env>(app: Hono<E>): void {
  app.get('/health', (context) => context.text('OK'))
  app.get('/version', (context) => context.text(serverVersion))
  app.get('/api/3.0/mlflow/server-info', (context) =>
    context.json({ store_type: 'FileStore', workspaces_enabled: false, trace_archival_enabled: false }),
  )
}

/** Traces are answered, and no more. */
export function addTraces<E extends Env>(app: Hono<E>): void {
  // OTLP: a message without fields has no bytes.
  app.post('/v1/traces', (context) => context.body('', 200, { 'content-type': 'application/x-protobuf' }))
  app.post('/api/3.0/mlflow/traces', async (context) => {
    const said: unknown = await context.req.json().catch(() => undefined)
    const trace = fieldsOf(fieldsOf(said).get('trace'))
    return context.json({ trace: { trace_info: trace.get('trace_info') ?? {} } })
  })
  app.patch('/api/3.0/mlflow/traces/:id/tags', (context) => context.json({}))
  app.post('/api/2.0/mlflow/traces', (context) => context.json({ trace_info: {} }))
  app.post('/api/3.0/mlflow/traces/search', (context) => context.json({ traces: [] }))
}
