import fs from 'node:fs'
import path from 'node:path'
import { reasonOf, systemCode } from '@provloom/shared'
import { around, isConnection } from '../artifact/ours.ts'
import { FileRecorder } from './file-recorder.ts'
import type { Keeping } from './file-recorder.ts'
import { nameOf } from './name.ts'
import { absolute, shown } from './paths.ts'
import type { Session } from './session.ts'

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
