import fs from 'node:fs'
import { reasonOf, systemCode } from '@provloom/shared'
import { Allowance } from './allowance.ts'
import { contextName } from './context-name.ts'
import { countsIn, withOptions } from './with-options.ts'
import { Folder } from './folder.ts'
import { nameOf } from './name.ts'
import { knownFolders } from './own-folders.ts'
import { absolute, shown } from './paths.ts'
import { present } from './present.ts'
import type { Session } from './session.ts'
import { measure } from './take.ts'
import type { Taken } from './take.ts'

export interface DatasetOptions {
  readonly path?: string
  readonly samples?: number
  readonly batches?: number
  readonly batchSize?: number
  readonly workers?: number
  readonly shuffle?: boolean
  readonly split?: string
  readonly context?: string
  readonly source?: string
  /** The run used it (true unless it is false), or made it. */
  readonly isInput?: boolean
}

/** Records a data set: a path, or an object with a length or size, and what you know of it. */
export function logDataset(label: string, dataset?: unknown, options: DatasetOptions = {}): void {
  withOptions('logDataset', options, (session, options) => {
    const given = typeof dataset === 'string' ? dataset : options.path
    const place = given === undefined ? undefined : absolute(session, 'logDataset', given)
    const counts = countsIn(session, 'logDataset', options, ['samples', 'batches', 'batchSize', 'workers'])
    const { shuffle } = options
    session.record({
      type: 'dataset',
      label: nameOf(label) ?? 'dataset',
      direction: options.isInput === false ? 'output' : 'input',
      ...(place === undefined ? {} : { path: place, ...contentOf(session, label, place) }),
      ...present({ samples: lengthOf(dataset), shuffle: typeof shuffle === 'boolean' ? shuffle : undefined }),
      ...counts,
      ...present({ split: nameOf(options.split), context: contextName(options.context) }),
      ...present({ source: nameOf(options.source) }),
    })
  })
}

/** How much it holds: of a file with its hash, of a folder the bytes of all files in it. */
function contentOf(
  session: Session,
  label: string,
  place: string,
): Pick<Taken, 'sha256'> & { readonly size?: number } {
  try {
    if (fs.statSync(place).isDirectory()) return folderSize(session, place)
    const measured = measure(place, new Allowance(session.spool))
    if (measured === undefined)
      session.problem('NOT_A_FILE', `logDataset: ${shown(place)} is neither a file nor a folder`, place)
    return measured ?? {}
  } catch (error) {
    const gone = systemCode(error) === 'ENOENT'
    const why = gone ? 'there is no file or folder' : reasonOf(error)
    const text = `logDataset: ${label}: ${why}: ${shown(place)}`
    session.problem(gone ? 'MISSING_FILE' : 'FILE_NOT_KEPT', text, place)
    return {}
  }
}

/** Nothing of a folder with so many files that counting them would hold the training up. */
function folderSize(session: Session, place: string): { readonly size?: number } {
  const unseen: string[] = []
  let size = 0
  const folder = new Folder(place, knownFolders(session), ({ path, relative, empty }) => {
    const found = empty === true ? undefined : fs.statSync(path, { throwIfNoEntry: false })
    if (empty !== true && found === undefined) unseen.push(relative)
    size += found?.size ?? 0
  })
  if (folder.more) {
    const text = `logDataset: ${shown(place)} has more than ${folder.files} files: their size is not recorded`
    session.problem('FOLDER_TOO_LARGE', text, place)
    return {}
  }
  for (const relative of unseen) folder.leaveOut('file gone since it was listed', relative)
  const told = folder.told()
  if (told !== undefined)
    session.problem('FOLDER_INCOMPLETE', `logDataset: ${shown(place)}: not counted: ${told}`, place)
  return { size }
}

function lengthOf(dataset: unknown): number | undefined {
  if (typeof dataset !== 'object' || dataset === null) return undefined
  try {
    if ('length' in dataset && Number.isSafeInteger(dataset.length)) return Number(dataset.length)
    if ('size' in dataset && Number.isSafeInteger(dataset.size)) return Number(dataset.size)
  } catch {
    // Its own code fails: nobody knows how many there are.
  }
  return undefined
}
