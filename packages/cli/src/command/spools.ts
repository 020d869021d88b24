import path from 'node:path'
import {
  countRecords,
  isLeft,
  isOver,
  sessionFolderAt,
  spoolRootsThere,
  spoolsIn,
} from '@provloom/agent/spool'
import type { ForeignSpool, SpoolLook } from '@provloom/agent/spool'
import type { KeptForServer } from '@provloom/mlflow'
import {
  exactJson,
  exitCode,
  importCommand,
  namesIn,
  printable,
  shellWord,
  systemFiles,
  workingFolder,
} from '@provloom/shared'
import { tellMisspelt } from '../output/misspelt.ts'
import { count, counted } from '../output/quantity.ts'
import { experimentOf, placeOf } from './belonging.ts'

/** Counting all of them is for a list; nobody waits longer for it. */
const COUNT_MS = 2_000

interface Listed {
  readonly spool: string
  readonly state: 'left' | 'served' | 'in-use'
  readonly experimentName: string
  readonly runName?: string
  readonly rank: number
  readonly began: string
  readonly records: number
  /** There was no time to count them all. */
  readonly atLeast: boolean
  /** Copies of logged files that are in no run directory. */
  readonly files: number
  /** The run it was let into. */
  readonly runDir?: string
  /** Why it is not in a graph, as far as an agent said. */
  readonly reason?: string
  /** What serves or writes it. */
  readonly process?: number
  /** An agent is being started for it. */
  readonly starting: boolean
  /** What hands it in. */
  readonly command: string
}

/** `provloom spools`: sessions of this user on this machine that are in no graph. */
export async function spools(given: Readonly<Record<string, unknown>>): Promise<number> {
  tellMisspelt()
  const roots = rootsOf(given)
  const foreign: ForeignSpool[] = []
  const looks = spoolsIn(roots, (one) => foreign.push(one)).filter((look) => !isOver(look))
  const until = performance.now() + COUNT_MS
  const listed: Listed[] = []
  for (const look of looks) listed.push(await describe(look, () => performance.now() > until))
  const { keptForServers } = await import('@provloom/mlflow')
  const forServers = keptForServers(roots)
  if (given['json'] === true) {
    const all = { kind: 'spools', roots, sessions: listed, forServers, unreadable: foreign }
    process.stdout.write(`${exactJson(all)}\n`)
  } else {
    const text = textOf(roots, listed, foreign, allOf(given))
    process.stdout.write(printable(text + forServers.map((one) => serverLine(one, given)).join('')))
  }
  return foreign.length === 0 ? exitCode.ok : exitCode.failed
}

function serverLine(
  { folder, uri, isOwned }: KeptForServer,
  given: Readonly<Record<string, unknown>>,
): string {
  if (isOwned) return `${folder} is for the MLflow server at ${uri}: a command that goes on hands it on\n`
  const { spoolRoot } = given
  const where = typeof spoolRoot === 'string' ? ` --spool-root ${shellWord(path.resolve(spoolRoot))}` : ''
  return `${folder} is kept for the MLflow server at ${uri}: provloom mlflow-forward${where}\n`
}

export function rootsOf(given: Readonly<Record<string, unknown>>): string[] {
  const option = given['spoolRoot']
  // Who names one means that one.
  if (typeof option === 'string') return [path.resolve(option)]
  return spoolRootsThere(process.env, undefined, workingFolder())
}

/** What hands in all that is listed. */
function allOf({ spoolRoot }: Readonly<Record<string, unknown>>): string {
  return typeof spoolRoot === 'string'
    ? `provloom import --spool-root ${shellWord(path.resolve(spoolRoot))}`
    : 'provloom import --all'
}

async function describe(look: SpoolLook, late: () => boolean): Promise<Listed> {
  const { spool, facts, former, agent, workers, starting } = look
  const { mark, run, message } = former
  const { records, atLeast } = await countRecords(
    systemFiles(),
    sessionFolderAt(spool),
    (stream) => mark[stream] ?? 0,
    late,
  )
  const busy = agent ?? workers[0]
  return {
    spool,
    state: isLeft(look) ? 'left' : agent === undefined ? 'in-use' : 'served',
    experimentName: experimentOf(look),
    ...(facts.runName === undefined ? {} : { runName: facts.runName }),
    rank: placeOf(look, undefined).rank,
    began: new Date(facts.openedUs / 1000).toISOString(),
    records,
    atLeast,
    files: namesIn(sessionFolderAt(spool).files).length,
    ...(run?.runDir === undefined ? {} : { runDir: run.runDir }),
    ...(message === undefined ? {} : { reason: message }),
    ...(busy === undefined ? {} : { process: busy }),
    starting,
    command: importCommand(spool, former.asked.provenanceSaveDir),
  }
}

function textOf(
  roots: readonly string[],
  listed: readonly Listed[],
  foreign: readonly ForeignSpool[],
  all: string,
): string {
  const left = listed.filter(({ state }) => state === 'left')
  const busy = listed.filter(({ state }) => state !== 'left')
  const where = roots.length === 0 ? 'there is no folder for spools' : `looked in ${roots.join(', ')}`
  const lines: string[] = []
  if (left.length === 0) lines.push(`no sessions are left to be handed in (${where})`)
  else {
    lines.push(`${counted(left.length, 'session')} in no graph (${where}):`)
    for (const one of left) lines.push(...linesOf(one))
    lines.push(`all of them: ${all}`, 'those of this folder and its save directory: provloom import')
  }
  if (busy.length > 0) {
    lines.push(`${counted(busy.length, 'session')} that processes still serve or write:`)
    for (const one of busy) lines.push(...linesOf(one))
  }
  lines.push(...foreignLines(foreign))
  return `${lines.join('\n')}\n`
}

/** Those of one other release are one line; each that is damaged has its own. */
export function foreignLines(foreign: readonly ForeignSpool[]): string[] {
  const releases = new Map<string, ForeignSpool[]>()
  for (const one of foreign) {
    const key = one.hint === undefined ? one.reason.replaceAll(one.spool, 'SPOOL') : one.spool
    releases.set(key, [...(releases.get(key) ?? []), one])
  }
  return [...releases.values()].map((alike) => {
    const more =
      alike.length === 1 ? '' : `, and ${alike.length - 1} more such in ${path.dirname(alike[0]!.spool)}`
    return `${foreignLine(alike[0]!)}${more}`
  })
}

/** A spool that cannot be read: which file, why, and what to try. */
export function foreignLine({ file, reason, hint }: ForeignSpool): string {
  return `${file} cannot be read: ${reason}${hint === undefined ? '' : `. ${hint.replace(/\.$/, '')}`} [SPOOL_UNREADABLE]`
}

function linesOf(one: Listed): string[] {
  const name = one.runName === undefined ? one.experimentName : `${one.experimentName}, ${one.runName}`
  const records = `${one.atLeast ? 'more than ' : ''}${count(one.records)} ${one.records === 1 ? 'record' : 'records'}`
  const files = one.files === 0 ? '' : `, ${counted(one.files, 'file')}`
  const began = one.began.slice(0, 19).replace('T', ' ')
  const head = `  ${name}, rank ${one.rank}, began ${began} UTC, ${records}${files}`
  const of = one.runDir === undefined ? [] : [`    of ${one.runDir}`]
  const why = one.reason === undefined ? [] : [`    because ${one.reason}`]
  if (one.state === 'left') return [head, ...of, ...why, `    ${one.command}`]
  return [head, ...of, ...why, `    ${whoIn(one)}`]
}

/** Who has it now, and what becomes of it. */
function whoIn({ state, process: pid, starting, command }: Listed): string {
  if (state === 'served')
    return `served by the agent ${pid}: it is handed in by itself, or kept where that cannot be`
  const written = pid === undefined ? '' : `written by the process ${pid}; `
  return starting
    ? `${written}an agent is being started, which hands it in by itself`
    : `${written}no agent serves it. When that has ended: ${command}`
}
