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

  /** `@id`s of a thing: of its files or folders in the crate, of copies with the same bytes the first, else one of its own. */
  idsOf(thing: Element): string[] {
    const within = this.pathsOf(thing).filter((path, _, all) => this.#firstOf(path, all) === path)
    return within.length > 0 ? within.map((path) => this.idOf(path)) : [localId(thing.local)]
  }

  /** Of a copy, the first copy of the same thing with the same bytes; undefined for the first itself. */
  firstCopy(path: string, thing: Element): string | undefined {
    const first = this.#firstOf(path, this.pathsOf(thing))
    return first === path ? undefined : first
  }

  #firstOf(path: string, all: readonly string[]): string {
    const digest = this.#files.get(path)
    if (digest === undefined) return path
    return all.find((one) => this.#files.get(one)?.sha256 === digest.sha256) ?? path
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
