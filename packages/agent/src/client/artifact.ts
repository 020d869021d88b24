import { withOptions } from './with-options.ts'
import { keep } from './keep.ts'
import { nameOf } from './name.ts'
import { present } from './present.ts'

export interface ArtifactOptions {
  readonly context?: string
  readonly source?: string
  readonly step?: number
  /** Keep a copy in the run's `artifacts/`; true unless it is false. */
  readonly logCopyInProvDirectory?: boolean
  /** Folder under `artifacts/` for the copy. */
  readonly logCopySubdirectory?: string
  readonly isModel?: boolean
  /** The run used it; else the run made it. */
  readonly isInput?: boolean
}

/** Records a file, or a folder with all its files. `logArtifact(path)` alone names it by its file name. */
export function logArtifact(name: string, file?: string, options: ArtifactOptions = {}): void {
  withOptions('logArtifact', options, (session, options) => {
    keep(session, 'logArtifact', file === undefined ? undefined : name, file ?? name, {
      ...present({ context: options.context, source: options.source, step: options.step }),
      ...present({ subfolder: nameOf(options.logCopySubdirectory) }),
      kind: options.isModel === true ? 'model' : 'artifact',
      role: options.isInput === true ? 'input' : 'output',
      copy: options.logCopyInProvDirectory !== false,
    })
  })
}
