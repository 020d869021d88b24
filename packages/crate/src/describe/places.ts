import type { Element } from '../graph/element.ts'
import type { RunGraph } from '../graph/run-graph.ts'
import type { Digest } from '../source-file.ts'
import { idOfPath, localId } from '../uri-path.ts'
import { prov, provloom } from '../vocabulary.ts'

/** Where in the crate the things of a run's document are: by themselves, or as a copy. */
export class Places {
  readonly #graph: RunGraph
  readonly #files: ReadonlyMap<string, Digest>
  readonly #folders: ReadonlySet<string>

  constructor(graph: RunGraph, files: ReadonlyMap<string, Digest>, folders: readonly string[]) {
    this.#graph = graph
    this.#files = files
    this.#folders = new Set(folders)
  }

  /** `@id`s of a thing: of its files or folders in the crate, else one of its own. */
  idsOf(thing: Element): string[] {
    const within = this.pathsOf(thing)
    return within.length > 0 ? within.map((path) => this.idOf(path)) : [localId(thing.local)]
  }

  /** Its paths in the crate; none where the crate has no copy of it. */
  pathsOf(thing: Element): string[] {
    const copies = this.#graph.derivedFrom(thing).filter((one) => one.is(provloom('StoredCopy')))
    const locations = [thing, ...copies].flatMap((one) => one.texts(prov('location')))
    return [...new Set(locations.map((one) => one.replace(/\/$/, '')))].filter(
      (path) => this.#files.has(path) || this.#folders.has(path),
    )
  }

  idOf(path: string): string {
    return this.#folders.has(path) ? `${idOfPath(path)}/` : idOfPath(path)
  }
}
