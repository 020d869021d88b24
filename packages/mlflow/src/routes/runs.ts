import { infoJson, metricJson, runJson } from '../answer.ts'
import type { Telling } from '../answer.ts'
import type { Asked } from '../asked.ts'
import type { Book } from '../book/book.ts'
import { Fault } from '../fault.ts'
import { lookAtRun } from '../filter/looks.ts'
import { matches, parseOrder, sortedBy } from '../filter/match.ts'
import { parseFilter } from '../filter/parse.ts'
import type { Library } from '../library.ts'
import { isRunStatus } from '../record.ts'
import type { RunStatus, RunView } from '../record.ts'
import { isInView, pageOf } from './page.ts'
import { either, get, post } from './route.ts'
import type { Route } from './route.ts'

export function runReads(library: Library, place: Telling): Route[] {
  return [
    get('/runs/get', async ({ asked }) => ({ run: runJson(await library.run(asked.runId), place) })),
    ...either('/runs/search', async ({ asked }) => {
      const { found, token } = pageOf(await searched(library, asked), asked, 1000)
      return { runs: found.map((one) => runJson(one, place)), ...token }
    }),
    get('/metrics/get-history', async ({ asked }) => {
      const run = asked.runId
      const all = await library.history(run, asked.needed('metric_key'))
      const { found, token } = pageOf(all, asked, Math.max(1, all.length))
      return { metrics: found.map((one) => metricJson(one, run)), ...token }
    }),
  ]
}

export function runWrites(book: Book, place: Telling): Route[] {
  return [
    post('/runs/create', ({ asked, connection }) => {
      const request = {
        experimentId: asked.text('experiment_id') ?? '0',
        userId: asked.text('user_id'),
        runName: asked.text('run_name'),
        startTime: asked.integer('start_time'),
        tags: asked.pairs('tags'),
      }
      return { run: runJson(book.create(request, connection), place) }
    }),
    post('/runs/update', ({ asked, connection }) => {
      const update = {
        status: statusOf(asked),
        endTime: asked.integer('end_time'),
        runName: asked.text('run_name'),
      }
      return { run_info: infoJson(book.update(asked.runId, update, connection), place) }
    }),
    post('/runs/delete', ({ asked }) => moved(book, asked, 'deleted')),
    post('/runs/restore', ({ asked }) => moved(book, asked, 'active')),
  ]
}

export function logRoutes(book: Book): Route[] {
  return [
    post('/runs/log-parameter', ({ asked }) => {
      book.params(asked.runId, [asked.pair()])
      return {}
    }),
    post('/runs/log-metric', ({ asked }) => {
      book.metrics(asked.runId, [asked.metric()])
      return {}
    }),
    post('/runs/log-batch', ({ asked }) => {
      const run = asked.runId
      // All of it is read before anything is taken in: a request is taken whole, or refused.
      const metrics = asked.list('metrics').map((one) => one.metric())
      const [params, tags] = [asked.pairs('params'), asked.pairs('tags')]
      book.params(run, params)
      book.metrics(run, metrics)
      book.tags(run, tags)
      return {}
    }),
    post('/runs/set-tag', ({ asked }) => {
      book.tags(asked.runId, [asked.pair()])
      return {}
    }),
    post('/runs/delete-tag', ({ asked }) => {
      book.deleteTag(asked.runId, asked.needed('key'))
      return {}
    }),
    post('/runs/log-inputs', ({ asked }) => {
      const models = asked.list('models').flatMap((one) => one.text('model_id') ?? [])
      book.inputs(
        asked.runId,
        asked.list('datasets').map((one) => one.dataset()),
        models,
      )
      return {}
    }),
    post('/runs/outputs', ({ asked }) => {
      const models = asked.list('models').map((one) => ({
        modelId: one.needed('model_id'),
        step: one.integer('step') ?? 0,
      }))
      book.outputs(asked.runId, models)
      return {}
    }),
    post('/runs/log-model', ({ asked }) => {
      book.modelFile(asked.runId, asked.text('model_json') ?? '')
      return {}
    }),
  ]
}

function moved(book: Book, asked: Asked, stage: 'active' | 'deleted'): Readonly<Record<string, never>> {
  book.move(asked.runId, stage)
  return {}
}

/** By its name, or its number in the protocol. */
function statusOf(asked: Asked): RunStatus | undefined {
  const said = asked.text('status')
  if (said === undefined) return undefined
  const numbers = ['', 'RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED']
  const status = /^\d$/.test(said) ? numbers[Number(said)] : said
  if (isRunStatus(status)) return status
  throw new Fault('INVALID_PARAMETER_VALUE', `Invalid value "${said}" for parameter 'status'`)
}

async function searched(library: Library, asked: Asked): Promise<RunView[]> {
  const runs = await library.runs(new Set(asked.texts('experiment_ids')))
  const conditions = parseFilter(asked.text('filter') ?? '')
  const orders = parseOrder(asked.texts('order_by'))
  const view = asked.text('run_view_type')
  const found = runs
    .filter(({ info }) => isInView(info.lifecycleStage, view))
    .filter((run) => matches(lookAtRun(run), conditions))
    // MLflow's own order, where nothing else is asked for: the newest first.
    .toSorted((a, b) => b.info.startTime - a.info.startTime)
  return sortedBy(found, orders, lookAtRun)
}
