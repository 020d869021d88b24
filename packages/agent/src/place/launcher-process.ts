import fs from 'node:fs'
import path from 'node:path'
import {
  argvOf,
  environOf,
  identityOfProcess,
  ownPidNamespace,
  processFile,
  statOf,
  textAt,
} from '@provloom/shared/process'
import type { ProcessIdentity } from '@provloom/shared/process'

const shells = new Set([
  'sh',
  'bash',
  'dash',
  'zsh',
  'ksh',
  'ksh93',
  'mksh',
  'ash',
  'busybox',
  'fish',
  'tcsh',
  'csh',
])

/** Deeper than any chain of shells and wrappers. */
const ancestorsMax = 256

/**
 * The launcher itself: the nearest of a process and its ancestors that was started without the variable which the
 * launcher sets for its ranks: torchrun, mpiexec, Lightning's rank 0. It stays the same through restarts, and with
 * shells and our own agent in between. One whose first environment cannot be read (another user's, gVisor, a system
 * without /proc) is taken for it: of the process itself, its parent.
 *
 * @param parents living processes above it as it said them itself, the nearest first: they stand for it when it is gone
 * @returns undefined where none is in sight: in a container that the launcher is outside of, and below init, to which
 *   orphans of all jobs come
 */
export function launcherProcess(
  pid: number,
  variable: string,
  root = '/',
  parents: readonly number[] = [],
): ProcessIdentity | undefined {
  let at = statOf(pid, root) === undefined ? (parents[0] ?? pid) : pid
  for (let step = 0; step < ancestorsMax; step++) {
    const startedWith = hadAtFirst(at, variable, root)
    const found = startedWith === false || (startedWith === undefined && at !== pid)
    if (found) return isInit(at, root) ? undefined : identityOfProcess(wholeShell(at, root), root)
    const above = parentOf(at, root)
    if (above === undefined) return undefined
    at = above
  }
  return undefined
}

/**
 * The process that started another one: its parent, or what started that, where it is there for this one command alone
 * (`timeout 60 python train.py 0`) and so another one for each rank.
 *
 * @param parents living processes above it as it said them itself, the nearest first: they stand for it when it is gone
 * @param words of its command line, by which such a command is known: those behind the program
 * @returns undefined below init, to which orphans of all jobs come
 */
export function starterProcess(
  pid: number,
  root = '/',
  parents: readonly number[] = [],
  words: readonly string[] = argvOf(pid, root).slice(1),
): ProcessIdentity | undefined {
  const own = argvOf(pid, root)
  let at = statOf(pid, root) === undefined ? parents[0] : parentOf(pid, root)
  for (
    let step = 0;
    at !== undefined && step < ancestorsMax && isAround(argvOf(at, root), own, words);
    step++
  )
    at = parentOf(at, root)
  return at === undefined || isInit(at, root) ? undefined : identityOfProcess(wholeShell(at, root), root)
}

/** A copy of a process, which a fork is, has all of its words. */
function isAround(argv: readonly string[], own: readonly string[], words: readonly string[]): boolean {
  const same = (a: readonly string[], b: readonly string[]): boolean => a.join('\0') === b.join('\0')
  return words.length > 0 && same(argv.slice(-words.length), words) && !same(argv, own)
}

export function isShell(pid: number, root = '/'): boolean {
  try {
    return shells.has(path.basename(fs.readlinkSync(processFile(pid, 'exe', root))))
  } catch {
    return false
  }
}

/** A subshell is a copy of its shell: what a script starts in several of them, it has started itself. */
function wholeShell(pid: number, root: string): number {
  let at = pid
  for (let step = 0; step < ancestorsMax && isShell(at, root); step++) {
    const above = parentOf(at, root)
    if (above === undefined || !isShell(above, root)) break
    const same = (of: typeof environOf): boolean => of(at, root)?.join('\0') === of(above, root)?.join('\0')
    if (!same(argvOf) || !same(environOf)) break
    at = above
  }
  return at
}

/** Whether a process was started with the variable; undefined where that cannot be read. */
function hadAtFirst(pid: number, variable: string, root: string): boolean | undefined {
  const entries = environOf(pid, root)
  // Programs that write their state where `ps` shows it (setproctitle) write over their first environment.
  if (entries === undefined || !entries.some((entry) => /^\w+=/.test(entry))) return undefined
  return entries.some((entry) => entry.startsWith(`${variable}=`) && entry.length > variable.length + 1)
}

function parentOf(pid: number, root: string): number | undefined {
  const parent = Number(statOf(pid, root)?.[1])
  if (Number.isInteger(parent)) return parent > 0 ? parent : undefined
  return pid === process.pid ? process.ppid : undefined
}

/** In a container the first process is what the container was made for; on a machine it is init. */
function isInit(pid: number, root: string): boolean {
  if (pid === 1) return ownPidNamespace(root) === ''
  return textAt(processFile(pid, 'comm', root))?.trim() === 'systemd'
}
