import fs from 'node:fs'
import path from 'node:path'
import { partNames } from '@provloom/rundir/internal'
import { reasonOf } from '@provloom/shared'
import { metadataName } from './target/mark.ts'
import { accessOf, shared, through } from './access.ts'
import type { Access } from './access.ts'

/** What of a run directory is not in the crate, and why. */
export interface LeftOut {
  /** Relative to the run directory. */
  readonly path: string
  readonly reason: string
}

/** What is to be put into the crate, by paths relative to the run directory, `/` between their parts. */
export interface Contents {
  readonly files: readonly string[]
  readonly folders: readonly string[]
  readonly leftOut: readonly LeftOut[]
  /** Who may reach what is in a folder, by the folder's path; of the run directory itself by ''. */
  readonly access: ReadonlyMap<string, Access>
  /** Who may read all of it. */
  readonly least: Access
}

/** What a run is recorded by while it goes on. */
const ofRecording = new Set(['journal', '.lease', '.reopening'])

/**
 * Looks through a run directory. Links are not followed: what they lead to is not the run's, and may be anything. What is being
 * written, and what the aggregator needs, is not looked at.
 *
 * @throws the system's error where the directory itself cannot be read
 */
export function contentsOf(runDir: string): Contents {
  const files: string[] = []
  const folders: string[] = []
  const leftOut: LeftOut[] = []
  const access = new Map<string, Access>()
  const root = accessOf(fs.statSync(runDir))
  let least = root
  const leave = (of: string, reason: string): void => void leftOut.push({ path: of, reason })
  const look = (folder: string, around: Access): void => {
    access.set(folder, around)
    for (const [name, entry] of namesIn(path.join(runDir, folder), folder, leave)) {
      const at = folder === '' ? name : `${folder}/${name}`
      if (isPassing(folder, name)) continue
      const foreign = foreignIn(folder, name)
      if (foreign !== undefined) {
        leave(at, foreign)
        continue
      }
      if (entry.isDirectory())
        tried(at, leave, () => {
          const within = through(around, accessOf(fs.lstatSync(path.join(runDir, at))))
          folders.push(at)
          look(at, within)
        })
      else if (entry.isFile())
        tried(at, leave, () => {
          least = shared(least, through(around, accessOf(fs.lstatSync(path.join(runDir, at)))))
          files.push(at)
        })
      else leave(at, entry.isSymbolicLink() ? 'it is a link, and links are not followed' : 'it is no file')
    }
  }
  look('', root)
  return { files, folders, leftOut, access, least }
}

type Leave = (of: string, reason: string) => void

/** Names in order, as text; what is no UTF-8 has no name in a crate. */
function namesIn(place: string, folder: string, leave: Leave): [name: string, entry: fs.Dirent<Buffer>][] {
  const read = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  return fs
    .readdirSync(place, { withFileTypes: true, encoding: 'buffer' })
    .flatMap((entry): [string, fs.Dirent<Buffer>][] => {
      try {
        return [[read.decode(entry.name), entry]]
      } catch {
        leave(path.posix.join(folder, entry.name.toString('latin1')), 'its name is no UTF-8')
        return []
      }
    })
    .sort(([a], [b]) => (a < b ? -1 : 1))
}

function tried(of: string, leave: Leave, act: () => void): void {
  try {
    act()
  } catch (error) {
    leave(of, reasonOf(error))
  }
}

/** Not of the run, or not yet. */
function isPassing(folder: string, name: string): boolean {
  if (/^\..*\.tmp$/.test(name)) return true
  if (folder === 'metrics') return name.endsWith('.tmp')
  return folder === '' && (name.endsWith('.tmp') || ofRecording.has(name))
}

/** Why something that nobody expects in a run directory is not taken. */
function foreignIn(folder: string, name: string): string | undefined {
  if (folder === '' && name === metadataName) return 'the crate has its own'
  if (folder === '' && name.startsWith('.')) return 'it is not of the run: its name begins with a dot'
  if (folder === 'metrics' && partNames([name]).length === 0) return 'it is no part of the metrics'
  return undefined
}
