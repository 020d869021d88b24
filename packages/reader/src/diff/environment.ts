import type { DiffRow, EnvironmentDiff } from '../answer/diff.ts'
import type { RunEnvironment } from '../answer/run.ts'
import type { Documents } from '../document/document.ts'
import type { KnownRun } from '../folder/folder.ts'
import { environmentsOf } from '../run/environment.ts'
import { rowOf } from './rows.ts'

const nothingCompared = {
  rows: [],
  added: [],
  removed: [],
  changed: [],
  equalPackages: 0,
  equal: false,
} as const

/** Of each run the environment of most ranks. */
export function environmentDiff(runs: readonly KnownRun[], documents: Documents): EnvironmentDiff {
  const all = runs.map(({ directory }) => {
    const document = documents.maybe(directory)
    return document === undefined ? [] : environmentsOf(document)
  })
  const unread = runs.filter(({ directory }) => documents.maybe(directory) === undefined)
  if (unread.length > 0) return { ...nothingCompared, unread: unread.map(({ name }) => name) }
  const main = all.map(([one]) => one)
  const fact = (name: 'interpreter' | 'version' | 'platform' | 'container'): DiffRow =>
    rowOf(
      name,
      main.map((one) => one?.[name]),
      all.some((each) => each.length > 1) ? 'ranks of a run differ; this is what most have' : undefined,
    )
  const packages = main.map(packagesOf)
  const names = [...new Set(packages.flatMap((one) => [...one.keys()]))].sort()
  const rows = names.map((name) =>
    rowOf(
      name,
      packages.map((one) => one.get(name)),
    ),
  )
  const [first, ...others] = packages
  const facts = [fact('interpreter'), fact('version'), fact('platform'), fact('container')]
  const changed = rows.filter(({ equal, values }) => !equal && values.every((value) => value !== null))
  return {
    rows: facts,
    added: names.filter((name) => first?.has(name) !== true && others.some((one) => one.has(name))),
    removed: names.filter((name) => first?.has(name) === true && others.some((one) => !one.has(name))),
    changed,
    equalPackages: rows.filter(({ equal }) => equal).length,
    unread: [],
    equal: [...facts, ...rows].every(({ equal }) => equal),
  }
}

function packagesOf(environment: RunEnvironment | undefined): ReadonlyMap<string, string> {
  return new Map((environment?.packages ?? []).map(({ name, version }) => [name, version]))
}
