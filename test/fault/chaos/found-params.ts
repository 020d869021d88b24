import type { Attributes, Sections } from './found.ts'

/** Values of every parameter of the document, by `rank.key`: what each rank used, directly and in its set. */
export function foundParams(document: Sections): Map<string, string[]> {
  const params = new Map<string, string[]>()
  const members = pairsOf(document, 'hadMember', 'prov:collection', 'prov:entity')
  for (const [activity, used] of pairsOf(document, 'used', 'prov:activity', 'prov:entity')) {
    const rank = document['activity']?.[activity]?.['provloom:globalRank']
    if (typeof rank !== 'number') continue
    for (const id of used.flatMap((one) => [one, ...(members.get(one) ?? [])])) {
      const entity = document['entity']?.[id] ?? {}
      if (!typesOf(entity).includes('mls:HyperParameterSetting')) continue
      const name = `${rank}.${String(entity['prov:label'])}`
      params.set(name, [...(params.get(name) ?? []), String(entity['prov:value'])])
    }
  }
  return params
}

/** Of a relation, by one end the others. */
function pairsOf(document: Sections, kind: string, from: string, to: string): Map<string, string[]> {
  const pairs = new Map<string, string[]>()
  for (const one of Object.values(document[kind] ?? {})) {
    const key = String(one[from])
    pairs.set(key, [...(pairs.get(key) ?? []), String(one[to])])
  }
  return pairs
}

export function typesOf(attributes: Attributes): string[] {
  const types = attributes['prov:type']
  return (Array.isArray(types) ? types : [types]).flatMap((one: unknown) =>
    typeof one === 'object' && one !== null && '$' in one ? [String(one.$)] : [],
  )
}
