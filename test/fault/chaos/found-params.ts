import type { Attributes, Sections } from './found.ts'

/** Values of every parameter of the document, by `rank.key`, whether written out or folded into a table. */
export function foundParams(document: Sections): Map<string, string[]> {
  const params = new Map<string, string[]>()
  for (const entity of Object.values(document['entity'] ?? {})) {
    if (!typesOf(entity).includes('mls:HyperParameterSetting')) continue
    const key = String(entity['prov:label'])
    const table = entity['provloom:valuesByRank']
    const rows: [string, string][] =
      typeof table === 'string'
        ? Object.entries(JSON.parse(table) as Record<string, string>)
        : [[String(entity['provloom:ranks']), String(entity['prov:value'])]]
    for (const [ranks, value] of rows) {
      for (const rank of ranksIn(ranks)) {
        const name = `${rank}.${key}`
        params.set(name, [...(params.get(name) ?? []), value])
      }
    }
  }
  return params
}

/** `0-2,5` -> 0, 1, 2, 5 */
function ranksIn(text: string): number[] {
  return text.split(',').flatMap((range) => {
    const [from = NaN, to = from] = range.split('-').map(Number)
    return Array.from({ length: to - from + 1 }, (_, i) => from + i)
  })
}

export function typesOf(attributes: Attributes): string[] {
  const types = attributes['prov:type']
  return (Array.isArray(types) ? types : [types]).flatMap((one: unknown) =>
    typeof one === 'object' && one !== null && '$' in one ? [String(one.$)] : [],
  )
}
