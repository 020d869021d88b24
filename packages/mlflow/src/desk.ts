import type { ArtifactPlace } from './artifact-place.ts'
import { Book } from './book/book.ts'
import { libraryOf } from './library.ts'
import type { Connection, Recorder, Recorders } from './recorder.ts'
import { artifactRoutes } from './routes/artifacts.ts'
import { experimentReads, experimentWrites } from './routes/experiments.ts'
import { modelReads, modelWrites } from './routes/models.ts'
import { registryRoutes } from './routes/registry.ts'
import type { Route } from './routes/route.ts'
import { logRoutes, runReads, runWrites } from './routes/runs.ts'

/** What is answered to each rank: by the same addresses, each from a book of its own. */
export class Desk {
  readonly #recorders: Recorders
  readonly #folder: string
  readonly #place: ArtifactPlace
  readonly #routes = new Map<Recorder, readonly Route[]>()

  /** @param folder for what is too much for memory */
  constructor(recorders: Recorders, folder: string, place: ArtifactPlace) {
    this.#recorders = recorders
    this.#folder = folder
    this.#place = place
  }

  /** For whoever asks: always the same addresses in the same order. */
  routesFor(connection: Connection): readonly Route[] {
    const recorder = this.#recorders.of(connection)
    const known = this.#routes.get(recorder)
    if (known !== undefined) return known
    const made = this.#made(recorder, String(this.#routes.size))
    this.#routes.set(recorder, made)
    return made
  }

  tell(message: string): void {
    this.#recorders.of(undefined).tell(message)
  }

  /** @param name of its own folders */
  #made(recorder: Recorder, name: string): Route[] {
    const book = new Book(recorder, `${this.#folder}/history/${name}`, `${this.#place.rootUri}/${name}`)
    const library = libraryOf(book)
    return [
      ...experimentReads(library),
      ...experimentWrites(book),
      ...runReads(library, this.#place),
      ...runWrites(book, this.#place),
      ...logRoutes(book),
      ...modelReads(library, this.#place),
      ...modelWrites(book, this.#place),
      ...artifactRoutes(library, this.#place),
      ...registryRoutes((said) => recorder.said(said)),
    ]
  }
}
