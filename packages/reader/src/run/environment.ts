import type { RunEnvironment } from '../answer/run.ts'
import type { RunDocument } from '../document/document.ts'
import type { Element, Fact } from '../document/element.ts'

const ranksMax = 64

/** What ranks ran in, the environment of most ranks first. */
export function environmentsOf(document: RunDocument): RunEnvironment[] {
  return document
    .ofType('provloom:Environment')
    .map((element) => environmentOf(document, element))
    .sort((a, b) => b.ranks - a.ranks || (a.id < b.id ? -1 : 1))
}

function environmentOf(document: RunDocument, element: Element): RunEnvironment {
  const packages = document
    .causesOf(element.id)
    .filter(({ kind }) => kind === 'hadMember')
    .flatMap(({ to }) => document.element(to) ?? [])
    .map((one) => ({
      name: one.text('schema:name') ?? one.label,
      version: one.text('schema:softwareVersion') ?? '',
    }))
  const ranks = ranksThatUse(document, element.id)
  const text = (name: string): Record<string, string> => {
    const value = element.text(`provloom:${name}`)
    return value === undefined ? {} : { [name]: value }
  }
  return {
    id: element.id,
    ...text('interpreter'),
    ...text('version'),
    ...text('platform'),
    ...text('container'),
    ...text('packagesSha256'),
    modules: element.texts('provloom:modules'),
    packages: packages.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)),
    packagesMore: element.number('provloom:packagesLeftOut') ?? 0,
    variables: Object.fromEntries(element.texts('provloom:variable').map(pairOf)),
    ranks: ranks.length,
    ofRanks: ranks.slice(0, ranksMax),
  }
}

function pairOf(variable: string): [string, string] {
  const at = variable.indexOf('=')
  return at < 0 ? [variable, ''] : [variable.slice(0, at), variable.slice(at + 1)]
}

function ranksThatUse(document: RunDocument, id: string): number[] {
  const ranks = document
    .effectsOf(id)
    .flatMap(({ kind, from }) =>
      kind === 'used' ? (document.element(from)?.number('provloom:globalRank') ?? []) : [],
    )
  return [...new Set(ranks)].sort((a, b) => a - b)
}

/** Of each host what is known, by the names of the graph. */
export function hostFactsOf(document: RunDocument): Record<string, Fact>[] {
  return document.ofType('provloom:Host').map((host) => ({ id: host.id, ...host.facts('provloom') }))
}
