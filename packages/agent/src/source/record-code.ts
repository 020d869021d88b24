import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { nameWithin, reasonOf } from '@provloom/shared'
import type { Fact } from '../spool/own-stream.ts'
import type { Code, CodeFile } from './code.ts'

/** The session that it is the code of. */
export interface CodeOwner {
  /** Where copies of logged files wait for its agent. */
  readonly files: string
  /** Its client has recorded this script itself. */
  readonly script: string | undefined
}

/**
 * Records a command's code, its files in the session's spool: what becomes of them later is not what ran.
 *
 * @param record whether it is kept
 */
export function recordCode(
  { source, files, leftOut }: Code,
  owner: CodeOwner,
  record: (fact: Fact) => boolean,
): void {
  const own = owner.script ?? files.find(({ kind }) => kind === 'script')?.path
  const told = files.filter(
    ({ kind, path: file }) =>
      (kind !== 'script' || owner.script === undefined) && (kind !== 'untracked' || file !== own),
  )
  if (source !== undefined) record(source)
  for (const file of told) {
    const fact = artifactOf(file, owner.files)
    if (!record(fact) && fact.spooled !== undefined)
      fs.rmSync(path.join(owner.files, fact.spooled), { force: true })
  }
  if (leftOut !== undefined) record({ type: 'problem', code: 'SOURCE', message: leftOut })
}

function artifactOf(
  { bytes, ...file }: CodeFile,
  folder: string,
): Extract<Fact, { readonly type: 'artifact' }> {
  const fact = { type: 'artifact', role: 'input', ...file, name: nameWithin(file.name) } as const
  // What is marked is read where it is, and told when it has changed by then.
  if (!file.copy || file.mark !== undefined) return fact
  try {
    return { ...fact, spooled: spool(folder, path.basename(file.name), bytes ?? file.path!) }
  } catch (error) {
    return file.path === undefined ? { ...fact, copy: false, problem: `not kept: ${reasonOf(error)}` } : fact
  }
}

function spool(folder: string, name: string, content: Buffer | string): string {
  const safe = name.replaceAll(/[^A-Za-z0-9._-]+/g, '-').slice(-100)
  const spooled = `agent-${process.pid}-${randomBytes(6).toString('hex')}-${safe}`
  const target = path.join(folder, spooled)
  try {
    if (typeof content === 'string') fs.copyFileSync(content, target, fs.constants.COPYFILE_EXCL)
    else fs.writeFileSync(target, content, { flag: 'wx', mode: 0o600 })
    fs.chmodSync(target, 0o600)
  } catch (error) {
    fs.rmSync(target, { force: true })
    throw error
  }
  return spooled
}
