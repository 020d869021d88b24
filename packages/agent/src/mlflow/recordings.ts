import { limits } from '@provloom/shared'
import type { ArtifactPlace, Connection, Recorders } from '@provloom/mlflow'
import { rankIn } from '../tree/worker.ts'
import { Recording } from './recording.ts'
import type { RecordingParts } from './recording.ts'

/** The recordings of the ranks below one command, which all ask at one door: torchrun starts its ranks below one agent. */
export class Recordings implements Recorders {
  readonly #tell: (message: string) => void
  readonly #told = new Set<string>()
  readonly #unserved: Recording
  readonly #byRank = new Map<number, Recording>()
  readonly #byConnection = new WeakMap<object, Recording>()
  #served: { readonly parts: RecordingParts; readonly place: ArtifactPlace } | undefined

  /** @param tell a person, of what they should know */
  constructor(tell: (message: string) => void) {
    this.#tell = tell
    this.#unserved = new Recording((message) => this.#tellOnce(message), undefined, undefined)
  }

  /** The tree is served from now on. */
  attach(parts: RecordingParts, place: ArtifactPlace): void {
    this.#served = { parts, place }
  }

  of(connection: Connection): Recording {
    if (connection === undefined || this.#served === undefined) return this.#unserved
    const known = this.#byConnection.get(connection)
    if (known !== undefined) return known
    const { parts, place } = this.#served
    // Who names no rank asks for the one that the command is.
    const rank = rankIn(parts.processes.of(connection).variables) ?? -1
    const found =
      this.#byRank.get(rank) ??
      new Recording((message) => this.#tellOnce(message), parts, place, rank < 0 ? undefined : rank)
    this.#byRank.set(rank, found)
    this.#byConnection.set(connection, found)
    return found
  }

  /** A run is on the server that it is handed on to, and can be seen at `page`. */
  handedOn(rank: number, runId: string, page: string): void {
    for (const one of this.#byRank.values()) if (one.rank === rank) one.handedOn(runId, page)
  }

  /** The process of a session is gone. */
  lastWords(session: string): void {
    for (const one of this.#byRank.values()) one.lastWords(session)
  }

  #tellOnce(message: string): void {
    if (this.#told.has(message) || this.#told.size >= limits.problemsMax) return
    this.#told.add(message)
    this.#tell(message)
  }
}
