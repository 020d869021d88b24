import { pypiName } from '../apply/package.ts'
import type { QName } from '@provloom/prov'
import { lastSlug, slug } from '../name.ts'
import { term } from '../space.ts'
import { Facts } from './facts.ts'
import type { Keyed, View } from './view.ts'
import { entity } from './view.ts'

/** What outlives a run: the name of a parameter (`p` before its key) or of a metric (`m`). Runs join on it. */
export function termName({ space }: View, key: string): QName {
  const word = key.startsWith('p') ? 'parameter' : 'metric'
  return space.user(`${word}-${lastSlug(key.slice(1))}`)
}

export function termRecords(view: View, key: string): Keyed[] {
  const { state } = view
  const word = key.slice(1)
  const facts = new Facts().label(word)
  if (key.startsWith('p')) {
    if (!state.hyperparameters.has(word)) return []
    return [entity(termName(view, key), facts.type(term('mls', 'HyperParameter')).list)]
  }
  const measure = state.measures.get(word)
  if (measure === undefined) return []
  if (measure.logged) facts.type(term('mls', 'EvaluationMeasure'))
  if (measure.measured) facts.type(term('provloom', 'Quantity'))
  return [entity(termName(view, key), facts.list)]
}

export function packageName({ state, space }: View, key: string): QName | undefined {
  const found = state.packages.get(key)
  if (found === undefined) return undefined
  const { system, version } = found
  const name = system === 'pypi' ? slug(pypiName(found.name)) : `${system}.${slug(found.name)}`
  // Where it has no version, no ending says so.
  return space.run(`package.${name}${version === '' ? '' : `.${lastSlug(version)}`}`)
}

export function packageRecords(view: View, key: string): Keyed[] {
  const found = view.state.packages.get(key)
  const id = packageName(view, key)
  if (found === undefined || id === undefined) return []
  const { name, version, system } = found
  const facts = new Facts()
    .label(version === '' ? name : `${name} ${version}`)
    .type(term('schema', 'SoftwareApplication'))
    .word('schema', 'name', name)
    .word('schema', 'softwareVersion', version === '' ? undefined : version)
    .word(
      'schema',
      'identifier',
      `pkg:${system}/${urlOf(system, name)}${version === '' ? '' : `@${encoded(version)}`}`,
    )
  return [entity(id, facts.list)]
}

/** As package URLs have it: names of PyPI as it compares them, scopes of npm as a folder. */
function urlOf(system: string, name: string): string {
  const plain = system === 'pypi' ? pypiName(name) : name
  return plain.split('/').map(encoded).join('/')
}

function encoded(piece: string): string {
  return encodeURIComponent(piece.replaceAll(/\p{Surrogate}/gu, '\ufffd'))
}
