import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { limits } from '@provloom/shared'
import type { ArtifactKind } from '@provloom/shared'
import { markOf } from '../artifact/mark.ts'
import { reachOf } from '../artifact/modes.ts'
import type { Variables } from '../place/variables.ts'
import { maskText } from '../secrets.ts'
import { maskDiff, wholeLines } from './diff.ts'
import type { Difference, Submodule } from './git.ts'
import { isSource } from './script.ts'
import { workTreeOf } from './source-code.ts'
import type { SourceFact } from './source-code.ts'

/** A file of the code that runs, as it was when it was looked at. */
export interface CodeFile {
  readonly kind: Extract<ArtifactKind, 'script' | 'diff' | 'untracked'>
  readonly name: string
  /** Absent of what we have made of git's words. */
  readonly path?: string
  /** Of a file that lies nowhere. */
  readonly bytes?: Buffer
  readonly size: number
  readonly sha256?: string
  readonly mark?: string
  readonly mode: number
  readonly group: number
  /** It is to be kept: it holds no secret. */
  readonly copy: boolean
  readonly problem?: string
}

/** What is known of the code of a command. */
export interface Code {
  readonly source: SourceFact | undefined
  readonly files: readonly CodeFile[]
  /** What of it is not kept. */
  readonly leftOut: string | undefined
}

/** Where the code is. */
export interface CodePlace {
  readonly folder: string
  readonly script: string | undefined
  /** Folders that are ours, and may hold nothing yet that says so. */
  readonly own?: readonly string[]
}

/** @param whole with what of the work tree is in no commit */
export async function codeOf(
  { folder, script, own: ours = [] }: CodePlace,
  variables: Variables,
  whole: boolean,
  signal: AbortSignal,
): Promise<Code> {
  // At once: it may change while git is asked.
  const own = script === undefined ? undefined : lookAt(script, 'script', path.basename(script))
  const tree = await workTreeOf(folder, variables, whole, signal, ours)
  const { root, uncommitted } = tree ?? {}
  const found = own === undefined ? [] : [own]
  if (tree === undefined || root === undefined || uncommitted === undefined)
    return { source: tree?.fact, files: found, leftOut: undefined }
  const changes: CodeFile[] = []
  for (const one of [{ name: '', ...uncommitted }, ...uncommitted.submodules])
    if (one.diff !== undefined && one.diff.size > 0) changes.push(await diffFile(one.diff, one, root))
  const { files, leftOut } = await untrackedFiles(uncommitted.untracked, root)
  const others = uncommitted.untracked.filter((name) => !isSource(name) && !name.endsWith('/')).length
  const source = others === 0 ? tree.fact : { ...tree.fact, untrackedOthers: others }
  const unknown = [...nestedIn(uncommitted.untracked, root), ...uncommitted.unknown]
  const words = [...(leftOut === undefined ? [] : [leftOut]), ...unknown].join('; ')
  return {
    source,
    files: [...found, ...changes, ...files],
    leftOut: words === '' ? undefined : words,
  }
}

/** Repositories that this one does not know: git sees nothing of what is in them. */
function nestedIn(untracked: readonly string[], root: string): string[] {
  const found = untracked.filter((name) => name.endsWith('/')).sort()
  if (found.length === 0) return []
  const more = found.length > nestedTold ? ` and ${found.length - nestedTold} more` : ''
  const named = found.slice(0, nestedTold).map((name) => path.join(root, name))
  return [
    `git repositories inside that of ${root} which are no submodules of it, and whose source is not kept: ${named.join(', ')}${more}`,
  ]
}

const nestedTold = 8

/** @param of the submodule, or the work tree itself, whose name is empty */
async function diffFile(
  diff: Difference,
  of: Pick<Submodule, 'name' | 'changed'>,
  root: string,
): Promise<CodeFile> {
  const whole = diff.size <= diff.head.length
  const { bytes, masked } = await maskDiff(whole ? diff.head : wholeLines(diff.head))
  const cut = whole ? [] : [`of ${diff.size} bytes the first ${diff.head.length} are kept`]
  const problem = [...cut, ...(masked ? ['what looks like a secret is cut'] : [])].join('; ')
  return {
    kind: 'diff',
    name: path.posix.join(of.name, 'source.diff'),
    bytes,
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    ...accessOfAll(path.join(root, of.name), of.changed),
    copy: true,
    ...(problem === '' ? {} : { problem }),
  }
}

/** Who may read what is in all of these files: no more people than may read each. */
function accessOfAll(
  root: string,
  names: readonly string[],
): { readonly mode: number; readonly group: number } {
  const group = fs.statSync(root).gid
  let mode = 0o666 & (0o600 | reachOf(path.join(root, 'any'), group, '/'))
  for (const name of names) {
    const found = fs.statSync(path.join(root, name), { throwIfNoEntry: false })
    // What it was before it was removed nobody can say.
    if (found === undefined) mode &= 0o600
    else mode &= (found.gid === group ? 0o666 : 0o606) & (found.mode | 0o600)
  }
  return { mode, group }
}

async function untrackedFiles(
  names: readonly string[],
  root: string,
): Promise<Pick<Code, 'files' | 'leftOut'>> {
  const until = performance.now() + limits.gitMs
  const files: CodeFile[] = []
  const left = { beyond: 0, large: 0, late: 0 }
  for (const name of names.filter((one) => isSource(one)).sort()) {
    const place = path.join(root, name)
    const found = fs.lstatSync(place, { throwIfNoEntry: false })
    if (found?.isFile() !== true) continue
    if (files.length >= limits.untrackedFilesMax) left.beyond++
    else if (found.size > limits.untrackedBytesMax) left.large++
    else if (performance.now() > until) left.late++
    else {
      const seen = lookAt(place, 'untracked', name)
      if (seen !== undefined) files.push(seen)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const words = [
    left.beyond === 0 ? '' : `${left.beyond} beyond the first ${limits.untrackedFilesMax}`,
    left.large === 0 ? '' : `${left.large} of more than ${limits.untrackedBytesMax} bytes`,
    left.late === 0 ? '' : `${left.late} that there was no time for`,
  ].filter((one) => one !== '')
  const leftOut =
    words.length === 0
      ? undefined
      : `source files in ${root} that git does not know are not kept: ${words.join(', ')}`
  return { files, leftOut }
}

/** A file as it is now; undefined for what is none, or cannot be read. */
function lookAt(file: string, kind: 'script' | 'untracked', name: string): CodeFile | undefined {
  try {
    const found = fs.statSync(file, { bigint: true })
    if (!found.isFile()) return undefined
    const size = Number(found.size)
    const facts = { kind, name, path: file, mode: Number(found.mode) & 0o777, group: Number(found.gid) }
    if (size > limits.untrackedBytesMax) return { ...facts, size, mark: markOf(found), copy: true }
    const bytes = fs.readFileSync(file)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const text = kind === 'script' ? '' : bytes.toString('latin1')
    const held =
      maskText(text) === text ? {} : { copy: false, problem: 'not kept: it holds what looks like a secret' }
    return { ...facts, size: bytes.length, sha256, copy: true, ...held }
  } catch {
    return undefined
  }
}
