import fs from 'node:fs'
import path from 'node:path'
import { exportCrate } from '@provloom/crate'
import type { CrateOptions, ExportedCrate } from '@provloom/crate'
import { folder } from './run.ts'

export type Node = Readonly<Record<string, unknown>>

/** A crate as a reader sees it. */
export interface Seen extends ExportedCrate {
  /** All of its graph, by `@id`. */
  readonly nodes: ReadonlyMap<string, Node>
  node(id: string): Node
  /** `@id`s that a property of a node names. */
  named(id: string, property: string): string[]
  /** The bytes of a file by its `@id`. */
  content(id: string): string
}

export async function exported(runDir: string, options: Partial<CrateOptions> = {}): Promise<Seen> {
  const target = options.target ?? path.join(folder(), 'crate')
  const crate = await exportCrate({ runDir, target, at: new Date('2026-01-02T00:00:00Z'), ...options })
  const { '@graph': graph } = JSON.parse(
    fs.readFileSync(path.join(target, 'ro-crate-metadata.json'), 'utf8'),
  ) as { '@graph': Node[] }
  const nodes = new Map(graph.map((one) => [String(one['@id']), one]))
  if (nodes.size !== graph.length) throw new Error('an @id is there twice')
  const node = (id: string): Node => {
    const found = nodes.get(id)
    if (found === undefined) throw new Error(`there is no ${id}; there are ${[...nodes.keys()].join(' ')}`)
    return found
  }
  return {
    ...crate,
    nodes,
    node,
    named: (id, property) =>
      [node(id)[property] ?? []].flat().map((one) => (one as { '@id': string })['@id']),
    content: (id) => fs.readFileSync(path.join(target, decodeURIComponent(id)), 'utf8'),
  }
}
