import { modelJson } from '../answer.ts'
import type { Json, Telling } from '../answer.ts'
import type { Book } from '../book/book.ts'
import { Fault } from '../fault.ts'
import { lookAtModel } from '../filter/looks.ts'
import { matches, sortedBy } from '../filter/match.ts'
import { parseFilter } from '../filter/parse.ts'
import type { Entity } from '../filter/parse.ts'
import type { Library } from '../library.ts'
import { isModelStatus } from '../record.ts'
import type { LoggedModel } from '../record.ts'
import { pageOf } from './page.ts'
import { get, post } from './route.ts'
import type { Question, Route } from './route.ts'

/** Logged models, of clients from 3 on. */
export function modelReads(library: Library, place: Telling): Route[] {
  const shown = (model: LoggedModel): Json => modelJson(model, place)
  return [
    post('/logged-models/search', async ({ asked }) => {
      const conditions = parseFilter(asked.text('filter') ?? '')
      const all = (await library.models(new Set(asked.texts('experiment_ids'))))
        .filter((one) => matches(lookAtModel(one), conditions))
        .toSorted((a, b) => b.creationTime - a.creationTime)
      const { found, token } = pageOf(
        sortedBy(all, ordersOf(asked.list('order_by')), lookAtModel),
        asked,
        100,
      )
      return { models: found.map(shown), ...token }
    }),
    get('/logged-models/:id', async (question) => ({ model: shown(await library.model(idOf(question))) })),
  ]
}

export function modelWrites(book: Book, place: Telling): Route[] {
  const { models } = book
  const shown = (model: LoggedModel): Json => modelJson(model, place)
  return [
    post('/logged-models', ({ asked }) => ({
      model: shown(
        book.makeModel({
          experimentId: asked.text('experiment_id') ?? '0',
          name: asked.text('name'),
          modelType: asked.text('model_type'),
          sourceRunId: asked.text('source_run_id') ?? '',
          params: asked.pairs('params'),
          tags: asked.pairs('tags'),
        }),
      ),
    })),
    {
      method: 'patch',
      path: '/logged-models/:id',
      answer: (question) => {
        const status = question.asked.text('status')
        if (!isModelStatus(status))
          throw new Fault('INVALID_PARAMETER_VALUE', `Invalid status of a logged model: ${status ?? ''}`)
        return { model: shown(book.setModelStatus(idOf(question), status)) }
      },
    },
    {
      method: 'delete',
      path: '/logged-models/:id',
      answer: (question) => {
        models.delete(idOf(question))
        return {}
      },
    },
    {
      method: 'patch',
      path: '/logged-models/:id/tags',
      answer: (question) => ({
        model: shown(book.setModelTags(idOf(question), question.asked.pairs('tags'))),
      }),
    },
    {
      method: 'delete',
      path: '/logged-models/:id/tags/:key',
      answer: (question) => {
        book.deleteModelTag(idOf(question), question.named[1] ?? '')
        return {}
      },
    },
    post('/logged-models/:id/params', (question) => {
      book.setModelParams(idOf(question), question.asked.pairs('params'))
      return {}
    }),
  ]
}

function idOf({ named }: Question): string {
  return named[0] ?? ''
}

/** Here an order is an object. */
function ordersOf(
  said: readonly { text(name: string): string | undefined; raw(name: string): unknown }[],
): { readonly entity: Entity; readonly key: string; readonly descends: boolean }[] {
  return said.map((one) => {
    const [, entity = '', key = ''] = /^(?:(metrics|params)\.)?(.*)$/.exec(one.text('field_name') ?? '') ?? []
    const kind: Entity = entity === 'metrics' ? 'metric' : entity === 'params' ? 'param' : 'attribute'
    return { entity: kind, key, descends: one.raw('ascending') === false }
  })
}
