import type { ProcessIdentity } from '@provloom/shared/process'

/**
 * `PROVLOOM_TREE`: the process tree that a process hands down to those it starts. A string, and no file: who reads it
 * needs nothing that may be gone.
 *
 *     PROVLOOM_TREE=<key> <launcher mark> <folder> <last process>
 *
 *     key            names the tree: `local-` and its founder
 *     launcher mark  what the last process saw of its launcher (launcher-mark.ts); `-` where there is none
 *     folder         of the tree's spool, absolute
 *     last process   the last one that took the tree, `<pid>.<start>`
 *
 * Four fields with one space between them. In a field every byte of its UTF-8 text other than `A-Z a-z 0-9 - _ . ! ~ * ' ( )
 * / : @` is written as `%` and two hexadecimal digits, so that no field holds a space: `encodeURIComponent` with
 * `/`, `:` and `@` left as they are, or Python's `urllib.parse.quote(text, safe="/:@!~*'()")`. A variable of any other
 * form names no tree.
 *
 * A process is written `<host>.<pid>.<start>`, or `<host>.<pid namespace>.<pid>.<start>` in another than the machine's
 * first pid namespace; `x` stands for a start that cannot be had. A process that founds several trees adds `-1`, `-2`, ...
 * to the keys of those after the first. Host is the boot id
 * (`/proc/sys/kernel/random/boot_id`), start counts clock ticks since boot (`/proc/PID/stat`, field 22).
 */
export const treeVariable = 'PROVLOOM_TREE'

export interface Tree {
  readonly key: string
  readonly launcherMark: string
  readonly folder: string
  readonly last: { readonly pid: number; readonly start: number }
}

export function formatTree({ key, launcherMark, folder, last }: Tree): string {
  return [key, launcherMark === '' ? '-' : launcherMark, folder, `${last.pid}.${last.start}`]
    .map(encoded)
    .join(' ')
}

/** @returns undefined for a text that is none */
export function parseTree(text: string | undefined): Tree | undefined {
  const fields = (text ?? '').split(' ').map(decoded)
  const [key, mark, folder, last] = fields
  const process = /^(\d{1,10})\.(\d{1,16})$/.exec(last ?? '')
  if (fields.length !== 4 || !key || mark === undefined || !folder?.startsWith('/')) return undefined
  if (process === null) return undefined
  const launcherMark = mark === '-' ? '' : mark
  return { key, launcherMark, folder, last: { pid: Number(process[1]), start: Number(process[2]) } }
}

/** The key of a tree that this process founded, and of a job that it launched. */
export function localKey(founder: ProcessIdentity): string {
  return `local-${formatProcess(founder)}`
}

/** The process that a key names; undefined for any other key. */
export function founderOf(key: string): ProcessIdentity | undefined {
  return key.startsWith('local-')
    ? parseProcess(key.slice('local-'.length).replace(/-\d{1,10}$/, ''))
    : undefined
}

export function formatProcess({ host, pidNamespace, pid, start }: ProcessIdentity): string {
  const place = pidNamespace === '' ? host : `${host}.${pidNamespace}`
  return `${place}.${pid}.${start === '' ? 'x' : start}`
}

export function parseProcess(text: string | undefined): ProcessIdentity | undefined {
  const parts = /^([0-9a-f-]{32,36})(?:\.(\d{1,20}))?\.(\d{1,10})\.(\d{1,20}|x)$/.exec(text ?? '')
  if (parts === null) return undefined
  const [, host, pidNamespace = '', pid, start] = parts
  return { host: host!, pidNamespace, pid: Number(pid), start: start === 'x' ? '' : start! }
}

function encoded(field: string): string {
  return encodeURIComponent(field.replaceAll(/[\uD800-\uDFFF]/gu, '\uFFFD')).replaceAll(
    /%(?:2F|3A|40)/g,
    decodeURIComponent,
  )
}

function decoded(field: string): string | undefined {
  try {
    return decodeURIComponent(field)
  } catch {
    return undefined
  }
}
