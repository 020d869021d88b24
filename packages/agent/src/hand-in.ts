import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { isAttempt, isRank, namesIn } from '@provloom/shared'
import type { AgentMode } from './config.ts'
import type { Context } from './context.ts'
import { Link } from './publish/link.ts'
import { formerOf } from './session/control.ts'
import type { PlaceTold } from './session/control.ts'
import { readSession } from './session/facts.ts'
import { readHistory } from './session/history.ts'
import { SessionService } from './session/service.ts'
import type { Lifetime } from './lifetime.ts'
import type { Delivery } from './status.ts'
import { deliveryOf } from './delivery.ts'
import { helloOf } from './tree/open-session.ts'
import { Places } from './tree/places.ts'
import type { Seat } from './tree/places.ts'
import { AskedOnce, askedFolderOf } from './source/asked-once.ts'
import { WatchList, watchFolderOf } from './source/watch-list.ts'
import { treeOf } from './session/folder.ts'
import type { SessionFolder } from './session/folder.ts'
import { readTree, removeTree, treeFolderAt } from './tree/folder.ts'
import { lifeOf } from './tree/processes.ts'

/**
 * Hands one abandoned session in, by the code that serves living ones. Where it stood in its job is what its process
 * said and saw; what this process sees says nothing of it.
 *
 * @param lifetime when it gives up
 */
export async function handIn(
  context: Context,
  mode: Extract<AgentMode, { kind: 'drain' }>,
  lifetime: Pick<Lifetime, 'until'>,
): Promise<Delivery> {
  const found = readSession(mode.session)
  const tree = treeFolderAt(treeOf(found.folder))
  const { facts } = readTree(tree.root)
  const former = formerOf(found.folder)
  await takeLeftBehind(found.folder)
  const history = await readHistory(context.files, found.folder)
  const seen = new Places(context, { tree, facts }, undefined).seat(found)
  const seat = {
    ...seen,
    ...placeOf(seen, former.place),
    ...(mode.ordinal === undefined ? {} : { ordinal: mode.ordinal }),
  }
  const { given, clock, timing, voice } = context
  const link = new Link({
    clock,
    timing,
    connect: context.connect,
    files: () => (given.connection === undefined ? [] : [given.connection]),
    listener: (event) => {
      if (event.kind === 'trouble') voice.tell(event.message)
    },
    starter: 'somebody',
  })
  const service = new SessionService({
    context,
    link,
    folder: found.folder,
    facts: found.facts,
    place: seat.place,
    process: {
      lifeOf: () => 'gone',
      // What is left of its end is what a wrapper, or its own parent, was told.
      wrapped: facts.by === 'agent' ? 'below' : undefined,
      wentOn: () => false,
      hasParent: () => false,
    },
    history,
    lastUs: history.lastUs,
    isLive: false,
    sources: [],
    // Whoever hands in a kept session asks for nothing, and need not be told that settings differ.
    told: (message) =>
      voice.tell(message, isRank(seat.place.rank) && isAttempt(seat.place.attempt) ? seat.place.rank : 0),
  })
  await link.start()
  const agent = randomBytes(8).toString('hex')
  service.stop('serve', lifetime.until)
  const { runId, ...hello } = helloOf({ context, found, seat, agent })
  const named = runId === undefined || mode.ownRun === true ? {} : { runId }
  // What its agent was told on a command line holds as it did then.
  const asked = { ...hello.asked, ...former.asked }
  const outcome = await service.serve({ ...hello, ...named, asked })
  await link.close()
  if (outcome.kind !== 'kept' && lifeOf(facts) !== 'lives') {
    removeTree(tree)
    const root = path.dirname(tree.root)
    const beside = [watchFolderOf(root), askedFolderOf(root)].map((folder) => path.basename(folder))
    const isLast = namesIn(root).every((name) => beside.includes(name))
    new WatchList(watchFolderOf(root), clock, found.facts.hostId).tidy(isLast)
    new AskedOnce(askedFolderOf(root), clock, found.facts.hostId).tidy()
  }
  return deliveryOf([{ session: found.folder.id, folder: found.folder.root, outcome }], tree)
}

/** What an agent that was killed had still to record, of what MLflow's client has said. */
async function takeLeftBehind(folder: SessionFolder): Promise<void> {
  if (!fs.existsSync(path.join(folder.root, 'mlflow.json'))) return
  const { recordLeftBehind } = await import('./mlflow/last-facts.ts')
  recordLeftBehind(folder)
}

/** What its agent found holds, for it saw the launcher and its own command line; this process sees neither. */
function placeOf(
  { place, worker }: Pick<Seat, 'place' | 'worker'>,
  told: PlaceTold | undefined,
): Pick<Seat, 'place' | 'worker'> {
  if (told === undefined) return { place, worker }
  const { worldSize: _world, restarts: _restarts, restartsMax: _max, ...rest } = place
  const { worker: former, ...found } = told
  return { place: { ...rest, ...found }, worker: former }
}
