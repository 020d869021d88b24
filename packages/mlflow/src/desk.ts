import type { ArtifactPlace } from './artifact-place.ts'
import { Book } from './book/book.ts'
import type { Connection, Recorder, Recorders } from './recorder.ts'
import { artifactRoutes } from './routes/artifacts.ts'
import { experimentRoutes } from './routes/experiments.ts'
import { modelRoutes } from './routes/models.ts'
import { registryRoutes } from './routes/registry.ts'
import type { Route } from './routes/route.ts'
import { logRoutes, runRoutes } from './routes/runs.ts'

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
    return [
      ...experimentRoutes(book),
      ...runRoutes(book, this.#place),
      ...logRoutes(book),
      ...modelRoutes(book, this.#place),
      ...artifactRoutes(book, this.#place),
      ...registryRoutes((said) => recorder.said(said)),
    ]
  }
}
