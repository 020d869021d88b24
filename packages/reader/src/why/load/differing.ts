import type { RunDocument } from '../../document/document.ts'
import type { Element } from '../../document/element.ts'
import type { Differing } from '../facts.ts'

const textMax = 60

/** What ranks should have alike and have not, by the graph. */
export function differingOf(document: RunDocument): Differing[] {
  return [...environments(document), ...code(document), ...seeds(document), ...datasets(document)]
}

interface Variant {
  readonly element: Element
  readonly ranks: readonly number[]
}

/** Elements that some rank used, the one of most ranks first. */
function variantsOf(document: RunDocument, elements: readonly Element[]): Variant[] {
  return elements
    .map((element) => ({ element, ranks: usersOf(document, element.id) }))
    .filter(({ ranks }) => ranks.length > 0)
    .sort((a, b) => b.ranks.length - a.ranks.length || a.ranks[0]! - b.ranks[0]!)
}

/** Ranks that used it themselves, in a context, or in a set. */
function usersOf(document: RunDocument, id: string): number[] {
  const found = new Set<number>()
  const look = (of: string): void => {
    for (const { kind, from } of document.effectsOf(of)) {
      if (kind === 'used') {
        const rank = rankOf(document, from)
        if (rank !== undefined) found.add(rank)
      } else if (kind === 'wasDerivedFrom' && document.element(from)?.is('provloom:ParameterSet') === true)
        look(from)
    }
  }
  look(id)
  return [...found].sort((a, b) => a - b)
}

/** Of an activity the rank that it is, or is a part of. */
function rankOf(document: RunDocument, id: string): number | undefined {
  const element = document.element(id)
  const rank = element?.number('provloom:globalRank')
  const whole = element?.text('dcterms:isPartOf')
  return rank ?? (whole === undefined ? undefined : rankOf(document, whole))
}

/**
 * Parameters that not all have alike: each value, and the ranks that logged it; the value of most ranks first.
 *
 * @param names of them
 */
export function valuesByRank(
  document: RunDocument,
  names: ReadonlySet<string>,
): Map<string, { readonly value: string; readonly ranks: readonly number[] }[]> {
  if (names.size === 0) return new Map()
  const settings = document.ofType('mls:HyperParameterSetting').filter(({ label }) => names.has(label))
  return new Map(
    byLabel(variantsOf(document, settings)).map(([name, variants]) => [
      name,
      variants.map(({ element, ranks }) => ({
        value: (element.text('prov:value') ?? '').slice(0, textMax),
        ranks,
      })),
    ]),
  )
}

function differing(
  what: Differing['what'],
  name: string | undefined,
  variants: readonly Variant[],
  valueOf: (element: Element) => string,
): Differing[] {
  // One rank may have several of one name, as the others do.
  const byRank = new Map<number, Set<string>>()
  for (const { element, ranks } of variants)
    for (const rank of ranks)
      byRank.set(rank, (byRank.get(rank) ?? new Set()).add(valueOf(element).slice(0, textMax)))
  const byValue = new Map<string, Set<number>>()
  for (const [rank, values] of byRank) {
    const value = [...values].sort().join(' and ').slice(0, textMax)
    byValue.set(value, (byValue.get(value) ?? new Set()).add(rank))
  }
  if (byValue.size < 2) return []
  const sorted = [...byValue]
    .map(([value, ranks]) => ({ value, ranks: [...ranks].sort((a, b) => a - b) }))
    .sort((a, b) => b.ranks.length - a.ranks.length || a.ranks[0]! - b.ranks[0]!)
  return [{ what, name, variants: sorted }]
}

/** Packages before interpreters before the rest: what of them differs says why the others do. */
function environments(document: RunDocument): Differing[] {
  const variants = variantsOf(document, document.ofType('provloom:Environment'))
  if (variants.length < 2) return []
  const interpreters = differing('interpreter', undefined, variants, (one) =>
    [one.text('provloom:interpreter') ?? '', one.text('provloom:version') ?? ''].join(' ').trim(),
  )
  const names = namesThatDiffer(document, variants)
  const packages =
    names.length === 0
      ? []
      : differing('packages', undefined, variants, (one) => {
          const versions = packagesOf(document, one)
          return names
            .map((name) => (versions.has(name) ? `${name} ${versions.get(name)}` : `no ${name}`))
            .join(', ')
        })
  // Another interpreter has other packages: told is the first of the two.
  return interpreters.length > 0 ? interpreters : packages
}

function namesThatDiffer(document: RunDocument, variants: readonly Variant[]): string[] {
  const all = variants.map(({ element }) => packagesOf(document, element)).filter(({ size }) => size > 0)
  const names = new Set(all.flatMap((one) => [...one.keys()]))
  return [...names].filter((name) => new Set(all.map((one) => one.get(name))).size > 1).slice(0, 3)
}

function packagesOf(document: RunDocument, { id }: Element): Map<string, string> {
  return new Map(
    document
      .causesOf(id)
      .filter(({ kind }) => kind === 'hadMember')
      .flatMap(({ to }) => {
        const one = document.element(to)
        return one === undefined
          ? []
          : [[one.text('schema:name') ?? one.label, one.text('schema:softwareVersion') ?? ''] as const]
      }),
  )
}

/** Sources by their commit and changes, else the script by its checksum. */
function code(document: RunDocument): Differing[] {
  const files = document.ofType('schema:SoftwareSourceCode').filter((one) => !one.is('provloom:StoredCopy'))
  const scripts = variantsOf(document, files).filter(
    ({ element }) => element.fact('schema:sha256') !== undefined,
  )
  const implementations = variantsOf(document, document.ofType('mls:Implementation'))
  const trees = implementations.filter(({ element }) => element.fact('provloom:commit') !== undefined)
  const commitOf = (one: Element): string => one.text('provloom:commit')?.slice(0, 7) ?? ''
  const byCommit = differing('code', undefined, trees, commitOf)
  // Of a rank whose git gave no answer in time the commit may be known, and not what was changed: it differs in nothing.
  const known = trees.filter(({ element }) => areChangesKnown(element))
  const byTree = differing('code', undefined, known, (one) =>
    [commitOf(one), one.text('provloom:diffSha256')?.slice(0, 8) ?? ''].join(' ').trim(),
  )
  if (byCommit.length > 0) return byCommit
  if (byTree.length > 0) return byTree
  return byLabel(scripts).flatMap(([name, variants]) =>
    differing('code', name, variants, (one) => one.text('schema:sha256')?.slice(0, 8) ?? ''),
  )
}

function areChangesKnown(tree: Element): boolean {
  return tree.text('provloom:dirty') === 'false' || tree.fact('provloom:diffSha256') !== undefined
}

const isSeed = /seed|random_state/i

function seeds(document: RunDocument): Differing[] {
  const settings = document.ofType('mls:HyperParameterSetting').filter(({ label }) => isSeed.test(label))
  return byLabel(variantsOf(document, settings)).flatMap(([name, variants]) =>
    differing('seed', name, variants, (one) => one.text('prov:value') ?? ''),
  )
}

/** Of one name the bytes may not differ, where they are known. */
function datasets(document: RunDocument): Differing[] {
  return byLabel(variantsOf(document, document.ofType('mls:Dataset'))).flatMap(([name, variants]) =>
    differing('data', name, variants, (one) => {
      const sha256 = one.text('schema:sha256')?.slice(0, 8)
      return sha256 ?? [one.text('provloom:size') ?? '', one.text('provloom:samples') ?? ''].join(' ').trim()
    }),
  )
}

function byLabel(variants: readonly Variant[]): [string, Variant[]][] {
  const found = new Map<string, Variant[]>()
  for (const one of variants) {
    const { label } = one.element
    const known = found.get(label)
    if (known === undefined) found.set(label, [one])
    else known.push(one)
  }
  return [...found].filter(([, list]) => list.length > 1)
}
