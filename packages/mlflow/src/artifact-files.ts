import type { Telling } from './answer.ts'
import type { MaybeLater } from './library.ts'

/** Files as clients read them: by paths, which are what stands behind `mlflow-artifacts:/` in an artifact URI. */
export interface ArtifactFiles extends Telling {
  /** Of a folder; nothing of a file, or of what is not there. @throws {Fault} `INVALID_PARAMETER_VALUE` */
  list(path: string): MaybeLater<readonly Listed[]>
  /** @returns undefined of what is none. @throws {Fault} `INVALID_PARAMETER_VALUE` */
  file(path: string): MaybeLater<{ readonly file: string; readonly size: number } | undefined>
  /** What an artifact URI means here; undefined where it is somewhere else. */
  pathOf(uri: string): string | undefined
}

export interface Listed {
  readonly name: string
  /** Undefined of a folder. */
  readonly size: number | undefined
}
