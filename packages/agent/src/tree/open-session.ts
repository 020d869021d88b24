import { isRunId, protocolVersion } from '@provloom/shared'
import { beganUs, hostId } from '@provloom/shared/process'
import type { Hello } from '@provloom/shared'
import type { Context } from '../context.ts'
import type { SessionFacts } from '../session/facts.ts'
import type { Link } from '../publish/link.ts'
import { formerRun } from '../session/control.ts'
import { SessionService } from '../session/service.ts'
import { StderrTail } from '../session/stderr-tail.ts'
import { figuresFile } from '../source/energy/figures.ts'
import type { Sources } from '../source/sources.ts'
import type { EventFiles } from '../tensorboard/event-files.ts'
import { isOfHere } from './namespaces.ts'
import type { Seat } from './places.ts'
import { lifeOf, pidNamespace } from './processes.ts'
import type { Found } from './watch.ts'
import type { Wrapped } from './wrapped.ts'

export interface OpeningParts {
  readonly context: Context
  readonly found: Found
  readonly seat: Seat
  readonly agent: string
  readonly link: Link
  readonly sources: Sources
  readonly eventFiles: EventFiles | undefined
  readonly wrapped: Wrapped | undefined
  readonly wentOn: () => boolean
  /** Whether the command, or who founded the tree, has ended. */
  readonly isOver: () => boolean
  /** The session's process was seen to be gone: who records for it has its last words now. */
  readonly lastWords: (session: string) => void
  readonly told: (message: string) => void
}

/** A session's service, and what is said of it first. */
export function openSession(parts: OpeningParts): {
  readonly service: SessionService
  readonly hello: Hello
} {
  const { context, found, seat, link, wrapped, told } = parts
  const { facts, folder } = found
  const { all, watch } = parts.sources.of({
    place: seat.place,
    variables: { ...context.variables, ...facts.environment },
    pid: facts.pid,
    hostId: facts.hostId,
    argv: facts.argv,
    directory: facts.directory,
    script: facts.script,
    files: folder.files,
    figures: figuresFile(folder.root),
    saveDir: seat.settings.provenanceSaveDir,
    topPid: wrapped === undefined ? facts.pid : process.pid,
    startedUs: facts.openedUs,
    processUs: processBeganUs(facts, context.clock.nowUs()),
    wantsEnergy: !seat.settings.disableCodecarbon,
    carbon: { zone: context.given.carbonZone, gramsPerKWh: context.given.carbonIntensity },
  })
  const service = new SessionService({
    context,
    link,
    folder,
    facts,
    place: seat.place,
    process: {
      lifeOf: (one) => {
        const seen = lifeOf(one)
        // What cannot be seen was started by what has ended.
        const life = seen === 'elsewhere' && parts.isOver() ? 'gone' : seen
        if (life === 'gone' && one.pid === facts.pid) parts.lastWords(folder.id)
        return life
      },
      wrapped: wrapped === undefined ? undefined : isCommand(facts, wrapped) ? 'command' : 'below',
      wentOn: parts.wentOn,
      hasParent: () => hasParent(facts),
    },
    isLive: true,
    sources: parts.eventFiles === undefined ? all : [...all, parts.eventFiles.sourceOf(found)],
    watch,
    stderr: context.given.disableStderr === true ? undefined : stderrOf(parts),
    told,
  })
  const watches = watch !== undefined && facts.silent !== true
  // Of a command that has ended there is nothing to be seen, whether anybody answers or not.
  if (!watches) watch?.decide(false)
  return { service, hello: { ...helloOf(parts), ...(watches ? { watches: 'can' } : {}) } }
}

function stderrOf({ found: { facts }, seat, wrapped }: OpeningParts): StderrTail | undefined {
  // A number of another namespace is another process's here.
  if (!isOfHere(facts.pidNamespace)) return undefined
  const topPid = wrapped === undefined ? facts.pid : process.pid
  const isOneOfMany = (seat.place.worldSize ?? 1) > 1
  return StderrTail.of({ pid: facts.pid, topPid, isOneOfMany, isWrapped: wrapped !== undefined })
}

export function helloOf({
  context,
  found,
  seat,
  agent,
}: Pick<OpeningParts, 'context' | 'found' | 'seat' | 'agent'>): Hello {
  const { facts, folder } = found
  const { place, jobKey, worker, ordinal, settings } = seat
  const { rank, attempt, worldSize, restartsMax, restarts, rankToldBy } = place
  const runId = context.given.runId ?? facts.runId
  const admitted = formerRun(folder)?.runId
  return {
    kind: 'hello',
    version: protocolVersion,
    session: folder.id,
    agent,
    worker,
    jobKey,
    rank,
    attempt,
    rankToldBy,
    ordinal,
    host: facts.host,
    hostId: facts.hostId,
    pid: facts.pid,
    startedUs: facts.openedUs,
    ...(facts.silent === true ? { silent: true } : {}),
    asked: settings.asked,
    ...(isRunId(runId) ? { runId } : {}),
    ...(isRunId(facts.newRunId) ? { newRunId: facts.newRunId } : {}),
    ...(isRunId(facts.informedBy) ? { informedBy: facts.informedBy } : {}),
    ...(admitted === undefined ? {} : { admitted }),
    ...(facts.runName === undefined ? {} : { runName: facts.runName }),
    ...(worldSize === undefined || rank >= worldSize ? {} : { worldSize }),
    ...(restartsMax === undefined ? {} : { restartsMax }),
    ...(restarts === undefined ? {} : { restarts }),
  }
}

/** exec keeps both numbers. */
export function isCommand({ pid, start, pidNamespace: space }: SessionFacts, command: Wrapped): boolean {
  const here = pidNamespace()
  if (pid !== command.pid || (space !== 0 && here !== 0 && space !== here)) return false
  return start === 0 || command.start === 0 || start === command.start
}

function hasParent({ parents: [parent], pidNamespace }: SessionFacts): boolean {
  return parent !== undefined && lifeOf({ pid: parent[0], start: parent[1], pidNamespace }) === 'lives'
}

/** When the process of a session began, which is not after the session did. */
function processBeganUs({ start, openedUs, hostId: of }: SessionFacts, nowUs: number): number | undefined {
  const began = of === hostId() ? beganUs(start, nowUs) : undefined
  return began === undefined ? undefined : Math.min(began, openedUs)
}
