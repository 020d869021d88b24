import { limits } from '@provloom/shared'
import type { LineageStep } from '../answer/lineage.ts'
import type { Relation, RunDocument } from '../document/document.ts'
import type { Element, Fact } from '../document/element.ts'
import type { KnownRun } from '../folder/folder.ts'

/** Relations that lead from a thing to what it was made of, by whom. */
const upward: ReadonlySet<string> = new Set([
  'wasDerivedFrom',
  'wasGeneratedBy',
  'used',
  'wasAssociatedWith',
  'wasInformedBy',
  'hadMember',
  'wasAttributedTo',
])
const downward: ReadonlySet<string> = new Set([
  'wasDerivedFrom',
  'used',
  'wasGeneratedBy',
  'specializationOf',
])

/** What an element was made of, nearest first. Of packages and single measurements nothing is told. */
export function stepsUp(run: KnownRun, document: RunDocument, from: string): LineageStep[] {
  return walk(run, document, from, (id) =>
    document.causesOf(id).flatMap((one) => (upward.has(one.kind) && leads(document, one) ? [one.to] : [])),
  )
}

/** What was made of it: never what the same activity made beside it. */
export function stepsDown(run: KnownRun, document: RunDocument, from: string): LineageStep[] {
  return walk(run, document, from, (id) =>
    document.effectsOf(id).flatMap((one) => (downward.has(one.kind) ? [one.from] : [])),
  )
}

/** From a set of parameters to its members, not from an environment to its packages. */
function leads(document: RunDocument, { kind, from }: Relation): boolean {
  return kind !== 'hadMember' || document.element(from)?.is('provloom:ParameterSet') === true
}

function walk(
  run: KnownRun,
  document: RunDocument,
  from: string,
  next: (id: string) => readonly string[],
): LineageStep[] {
  const steps: LineageStep[] = []
  const seen = new Set([from])
  let edge = [from]
  for (let distance = 1; edge.length > 0 && steps.length < limits.lineageStepsMax; distance++) {
    const further: string[] = []
    for (const id of edge.flatMap(next)) {
      if (seen.has(id)) continue
      seen.add(id)
      const element = document.element(id)
      if (element === undefined) continue
      further.push(id)
      const step = stepOf(run, document, element, distance)
      if (step !== undefined && steps.length < limits.lineageStepsMax) steps.push(step)
    }
    edge = further
  }
  return steps
}

function stepOf(
  { name: run }: KnownRun,
  document: RunDocument,
  element: Element,
  distance: number,
): LineageStep | undefined {
  const what = usedAs(document, element) ?? whatOf(element)
  if (what === undefined) return undefined
  const facts = factsOf(element)
  const caveat = caveatOf(document, what, element)
  const { id, kind, label } = element
  return { run, element: id, kind, what, label, facts, distance, ...(caveat === undefined ? {} : { caveat }) }
}

/** What it was used as; a version of a model that another run used as data stays what it is. */
function usedAs(document: RunDocument, { id }: Element): 'code' | 'data' | undefined {
  const uses = document.effectsOf(id).filter(({ kind }) => kind === 'used')
  if (uses.some(({ role }) => role === 'code')) return 'code'
  return uses.some(({ role }) => role === 'data') ? 'data' : undefined
}

/** Undefined for what the answer says nothing of: our own programs, contexts, single attempts. */
function whatOf(element: Element): LineageStep['what'] | undefined {
  // The same bytes once more.
  if (element.is('provloom:StoredCopy')) return undefined
  const first = ([type]: readonly [string, LineageStep['what']]): boolean => element.is(type)
  return kinds.find(first)?.[1]
}

const kinds: readonly (readonly [string, LineageStep['what']])[] = [
  ['mls:Dataset', 'data'],
  ['mls:Implementation', 'code'],
  ['provloom:Diff', 'code'],
  ['mls:HyperParameterSetting', 'parameter'],
  ['provloom:Environment', 'environment'],
  ['mls:Run', 'run'],
  ['prov:Person', 'who'],
  ['provloom:Host', 'who'],
  ['provloom:Checkpoint', 'version'],
  ['provloom:File', 'file'],
  ['mls:Model', 'model'],
]

function factsOf(element: Element): Record<string, Fact> {
  const named = [
    ['prov:value', 'value'],
    ['prov:location', 'path'],
    ['schema:sha256', 'sha256'],
    ['provloom:size', 'size'],
    ['provloom:step', 'step'],
    ['provloom:version', 'version'],
    ['provloom:commit', 'commit'],
    ['provloom:dirty', 'dirty'],
    ['provloom:packages', 'packages'],
    ['provloom:interpreter', 'interpreter'],
    ['provloom:status', 'status'],
  ] as const
  return Object.fromEntries(
    named.flatMap(([attribute, name]) => {
      const fact = element.fact(attribute)
      return fact === undefined ? [] : [[name, fact] as const]
    }),
  )
}

function caveatOf(document: RunDocument, what: LineageStep['what'], element: Element): string | undefined {
  if (what === 'data' && element.text('schema:sha256') === undefined) return 'no checksum: cannot be proved'
  if (what !== 'code' || element.fact('provloom:dirty') !== true) return undefined
  const kept = document.causesOf(element.id).some(({ kind }) => kind === 'wasDerivedFrom')
  if (!kept) return 'the changes are not kept'
  const others = element.number('provloom:untrackedOthers') ?? 0
  return others > 0 ? `${others} files that were in no commit are not kept` : undefined
}
