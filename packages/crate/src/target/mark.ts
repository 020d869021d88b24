import { provloom } from '../vocabulary.ts'

export const metadataName = 'ro-crate-metadata.json'

/** What the metadata of a crate of ours says that it is, beside what RO-Crate wants: by it, ours are known again. */
export const writersMark: string = provloom('RunCrate')

/** The comment at the end of a zip of ours. */
export const zipMark: string = `RO-Crate of a run (${writersMark})`

/** Whether the nodes of a crate's graph are what an export of ours has written: its descriptor says so, and there is a run. */
export function writtenByUs(nodes: readonly unknown[]): boolean {
  const maps = nodes.filter(isMap)
  const isMarked = maps.some((one) => one['@id'] === metadataName && one['additionalType'] === writersMark)
  const hasRun = maps.some(
    ({ '@id': id, '@type': type }) =>
      type === 'CreateAction' && typeof id === 'string' && id.startsWith('urn:uuid:'),
  )
  return isMarked && hasRun
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
