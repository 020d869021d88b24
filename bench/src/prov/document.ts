/**
 * A document of about `records` records in the shape of a run's: entities with a few typed attributes, activities with
 * times, the relations between them. PROV-JSON, made as plain text data so that no reader or writer has a head start.
 */
export function sampleDocument(records: number): string {
  const ranks = Math.max(1, Math.floor(records / 10))
  const entity: Record<string, unknown> = {}
  const activity: Record<string, unknown> = {}
  const [used, wasGeneratedBy, wasInformedBy, wasDerivedFrom]: Record<string, unknown>[] = [
    {},
    {},
    {},
    {},
  ] as const
  const agent = { 'ex:host': { 'prov:type': { $: 'prov:SoftwareAgent', type: 'prov:QUALIFIED_NAME' } } }
  const wasAssociatedWith: Record<string, unknown> = {}
  for (let k = 0; k < ranks; k++) {
    activity[`ex:rank-${k}`] = {
      'prov:startTime': '2026-01-01T00:00:00.000000Z',
      'prov:endTime': '2026-01-01T01:00:00.000000Z',
      'prov:label': `rank ${k}`,
      'ex:rank': k,
      'ex:loss': { $: '0.125', type: 'xsd:double' },
    }
    for (const what of ['input', 'series', 'output']) {
      entity[`ex:${what}-${k}`] = {
        'prov:label': `${what} of rank ${k}`,
        'prov:type': { $: 'ex:Metric', type: 'prov:QUALIFIED_NAME' },
        'ex:size': 1024 + k,
        'ex:sha256': '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      }
    }
    used[`_:u${k}`] = { 'prov:activity': `ex:rank-${k}`, 'prov:entity': `ex:input-${k}` }
    for (const what of ['series', 'output']) {
      wasGeneratedBy[`_:g-${what}-${k}`] = {
        'prov:entity': `ex:${what}-${k}`,
        'prov:activity': `ex:rank-${k}`,
      }
    }
    wasDerivedFrom[`_:d${k}`] = {
      'prov:generatedEntity': `ex:output-${k}`,
      'prov:usedEntity': `ex:input-${k}`,
    }
    wasAssociatedWith[`_:a${k}`] = { 'prov:activity': `ex:rank-${k}`, 'prov:agent': 'ex:host' }
    if (k > 0) wasInformedBy[`_:i${k}`] = { 'prov:informed': `ex:rank-${k}`, 'prov:informant': 'ex:rank-0' }
  }
  return JSON.stringify({
    prefix: { ex: 'http://example.org/' },
    entity,
    activity,
    agent,
    used,
    wasGeneratedBy,
    wasInformedBy,
    wasDerivedFrom,
    wasAssociatedWith,
  })
}
