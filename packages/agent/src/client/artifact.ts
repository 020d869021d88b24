import fs from 'node:fs'
import path from 'node:path'
import { reasonOf, systemCode } from '@provloom/shared'
import { around, isConnection } from '../artifact/ours.ts'
import { withOptions } from './with-options.ts'
import { FileRecorder } from './file-recorder.ts'
import type { Keeping } from './file-recorder.ts'
import { nameOf } from './name.ts'
import { absolute, shown } from './paths.ts'
import { present } from './present.ts'
import type { Session } from './session.ts'

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

/** Records the file of the user's code as it is when its session begins: a training has it always, in git or not. */
export function keepScript(session: Session): void {
  if (session.script !== undefined)
    keep(session, 'startRun', undefined, session.script, { kind: 'script', role: 'input', copy: true })
}

/** Records the file or folder at `file` as it is now, named by itself where there is no label. */
export function keep(
  session: Session,
  call: string,
  label: string | undefined,
  file: string,
  keeping: Keeping,
): void {
  const place = absolute(session, call, file)
  if (place === undefined) return
  const name = nameOf(label) ?? nameOf(path.basename(place)) ?? 'unnamed'
  const found = statOf(place)
  if (typeof found === 'string') {
    session.problem('MISSING_FILE', `${call}: ${name} cannot be recorded: ${found}: ${shown(place)}`, place)
    return
  }
  const own = around(place) ?? (isConnection(place, found.size) ? 'a connection file' : undefined)
  if (own !== undefined) {
    const text = `${call}: ${shown(place)} is Provloom's own (${own}): it is not recorded`
    session.problem('OWN_FILES', text, place)
  } else if (found.isFile() || found.isDirectory()) {
    new FileRecorder(session, call, name, keeping).keep(place, found)
  } else {
    session.problem('NOT_A_FILE', `${call}: ${shown(place)} is neither a file nor a folder`, place)
  }
}

function statOf(place: string): fs.Stats | string {
  try {
    return fs.statSync(place)
  } catch (error) {
    return systemCode(error) === 'ENOENT' ? 'there is no file or folder' : reasonOf(error)
  }
}
