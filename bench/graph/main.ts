import { readJson } from '@provloom/prov'
import { writeTurtle } from '@provloom/prov/turtle'
import { askRdflib } from '../../test/graph/support/ask.ts'
import { questionsOfPage } from '../../test/graph/support/page.ts'
import { judgePython } from '../../test/support/needs.ts'
import { documentTimes, graphTimes } from './times.ts'

/** Says as one line of JSON what the document of a run costs: milliseconds of processor time, one for each repetition. */
export function main([ranks, repetitions, queries]: readonly string[]): void {
  const rounds = Number(repetitions)
  const { text, ...graph } = graphTimes(Number(ranks), rounds)
  const document = documentTimes(text, rounds)
  const asked = queries === 'queries' && judgePython !== undefined ? queryTimes(text) : {}
  process.stdout.write(`${JSON.stringify({ ...graph, ...document, queries: asked })}\n`)
}

/** rdflib's time for each question of docs/questions.md. */
function queryTimes(text: string): Readonly<Record<string, number>> {
  const questions = questionsOfPage().filter(({ language }) => language === 'sparql')
  const answers = askRdflib(
    new Map([['run', writeTurtle(readJson(text))]]),
    questions.map(({ number, query }) => [String(number), query]),
  )
  return Object.fromEntries([...answers.get('run')!].map(([key, { ms }]) => [key, ms]))
}
