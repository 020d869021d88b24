import { experimentJson } from '../answer.ts'
import type { Book } from '../book/book.ts'
import { Fault } from '../fault.ts'
import { lookAtExperiment } from '../filter/looks.ts'
import { matches, parseOrder, sortedBy } from '../filter/match.ts'
import { parseFilter } from '../filter/parse.ts'
import type { Library } from '../library.ts'
import { isInView, pageOf } from './page.ts'
import { either, get, post } from './route.ts'
import type { Route } from './route.ts'

export function experimentReads(library: Library): Route[] {
  return [
    get('/experiments/get-by-name', async ({ asked }) => {
      const name = asked.needed('experiment_name')
      const found = (await library.experiments()).find((one) => one.name === name)
      // A client makes it then.
      if (found === undefined)
        throw new Fault('RESOURCE_DOES_NOT_EXIST', `Could not find experiment with name '${name}'`)
      return { experiment: experimentJson(found) }
    }),
    get('/experiments/get', async ({ asked }) => ({
      experiment: experimentJson(await library.experiment(asked.needed('experiment_id'))),
    })),
    ...either('/experiments/search', async ({ asked }) => {
      const conditions = parseFilter(asked.text('filter') ?? '')
      const view = asked.text('view_type')
      const all = (await library.experiments())
        .filter((one) => isInView(one.lifecycleStage, view))
        .filter((one) => matches(lookAtExperiment(one), conditions))
      const sorted = sortedBy(all, parseOrder(asked.texts('order_by')), lookAtExperiment)
      const { found, token } = pageOf(sorted, asked, 1000)
      return { experiments: found.map(experimentJson), ...token }
    }),
    get('/experiments/list', async () => ({
      experiments: (await library.experiments()).map(experimentJson),
    })),
  ]
}

export function experimentWrites(book: Book): Route[] {
  const { experiments } = book
  return [
    post('/experiments/create', ({ asked }) => ({
      experiment_id: experiments.make(
        asked.needed('name'),
        asked.text('artifact_location'),
        asked.pairs('tags'),
      ).experimentId,
    })),
    post('/experiments/set-experiment-tag', ({ asked }) => {
      book.setExperimentTag(asked.needed('experiment_id'), asked.pair())
      return {}
    }),
    post('/experiments/delete-experiment-tag', ({ asked }) => {
      experiments.deleteTag(asked.needed('experiment_id'), asked.needed('key'))
      return {}
    }),
    post('/experiments/update', ({ asked }) => {
      const name = asked.text('new_name')
      if (name !== undefined) experiments.rename(asked.needed('experiment_id'), name)
      return {}
    }),
    post('/experiments/delete', ({ asked }) => {
      experiments.move(asked.needed('experiment_id'), 'deleted')
      return {}
    }),
    post('/experiments/restore', ({ asked }) => {
      experiments.move(asked.needed('experiment_id'), 'active')
      return {}
    }),
  ]
}
