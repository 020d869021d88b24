import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { limits } from '@provloom/shared'
import type { Context } from '../context.ts'
import { Contact } from '../meet/contact.ts'
import { Sources } from '../source/sources.ts'
import type { MlflowDoor } from '../mlflow/door.ts'
import { EventFiles } from '../tensorboard/event-files.ts'
import type { Wake } from '../wake.ts'
import { Admission } from './admission.ts'
import type { Claim } from './claim.ts'
import type { TreeFacts, TreeFolder } from './folder.ts'
import { Heartbeat } from './heartbeat.ts'
import { Newcomers } from './newcomers.ts'
import { OpenSessions } from './open-sessions.ts'
import type { SessionEnd } from './open-sessions.ts'
import { Places } from './places.ts'
import { Telling } from './telling.ts'
import { SessionWatch } from './watch.ts'
import type { Wrapped } from './wrapped.ts'

export interface TreeParts {
  readonly context: Context
  readonly tree: TreeFolder
  readonly facts: TreeFacts
  readonly claim: Claim
  readonly wrapped: Wrapped | undefined
  /** Where MLflow's clients below the command are answered. */
  readonly mlflow?: MlflowDoor | undefined
}

/** What serves a tree, each with a state and a job of its own. */
export interface TreePieces {
  readonly telling: Telling
  readonly places: Places
  readonly newcomers: Newcomers
  readonly sessions: OpenSessions
  readonly contact: Contact
  readonly sources: Sources
  readonly admission: Admission
  readonly heartbeat: Heartbeat
  /** Undefined where nobody wants them, or they cannot be seen. */
  readonly eventFiles: EventFiles | undefined
}

/**
 * @param news rung when a session may have begun
 * @param ended told of each session that has ended
 */
export function wireTree(parts: TreeParts, news: Wake, ended: (end: SessionEnd) => void): TreePieces {
  const { context, tree, facts, wrapped, claim, mlflow } = parts
  const { clock, timing, given, voice } = context
  const spoolRoot = path.dirname(tree.root)
  const agent = randomBytes(8).toString('hex')
  const telling = new Telling({ voice, root: tree.root, toClients: facts.by === 'client' })
  const told = (message: string): void => telling.tell(message)
  const places = new Places(context, { tree, facts }, wrapped)
  const newcomers = new Newcomers(clock, new SessionWatch(tree, clock, timing, news, told), places)
  const sessions = new OpenSessions(telling, ended)
  const contact = new Contact({
    context,
    agent,
    spoolRoot,
    present: () => (sessions.size > 0 ? undefined : { ...places.own, silent: admission.begun === 0 }),
    told,
  })
  const sampleMs = (given.sampleIntervalSeconds ?? limits.sampleIntervalSecondsDefault) * 1000
  const sources = new Sources({ clock, timing, sampleMs, spoolRoot })
  const eventFiles = eventFilesOf(parts, places, news, told)
  const pieces = { telling, places, newcomers, sessions, contact, sources, eventFiles }
  const admission = new Admission({ ...parts, ...pieces, agent })
  if (wrapped !== undefined) mlflow?.attach({ places, pid: wrapped.pid, begun: () => news.ring() })
  return { ...pieces, admission, heartbeat: new Heartbeat(clock, tree, claim, contact.link) }
}

/** Where /proc shows who writes them. */
function eventFilesOf(
  { context, tree, facts, wrapped }: TreeParts,
  places: Places,
  news: Wake,
  told: (message: string) => void,
): EventFiles | undefined {
  const { clock, files, given, directory } = context
  if (given.disableTensorboard === true || process.platform !== 'linux') return undefined
  return new EventFiles({
    clock,
    files,
    tree,
    facts,
    wrapped,
    named: given.tensorboard === undefined ? undefined : path.resolve(directory, given.tensorboard),
    isAlone: () => (places.place.worldSize ?? 1) <= 1,
    tells: () => places.place.rank === 0,
    begun: () => news.ring(),
    told,
  })
}
