import type { Event } from '@provloom/shared'
import type { RankState } from '../state.ts'
import { applyArtifact, applyStored } from './artifact.ts'
import type { Change, Origin } from './change.ts'
import { tellProblem } from './find.ts'
import { applyFinal } from './final.ts'
import { applyClock, applyEnergy, applyHost, applyUser } from './host.ts'
import { applyContext, applyRankStart } from './lifecycle.ts'
import { markRank } from './mark.ts'
import { share } from './share.ts'

/** Takes in one event of a rank; `series` and `drops` are their stream's and taken in before. */
export function applyEvent(change: Change, origin: Origin, rank: RankState, event: Event): void {
  const { state, undo } = change
  switch (event.type) {
    case 'session.start':
      if (rank.session === undefined) undo.set(rank, 'session', event)
      return
    case 'session.end':
      undo.set(rank, 'sessionEnd', event)
      if (event.createGraph === true) undo.set(state, 'createGraph', true)
      if (event.createSvg === true) undo.set(state, 'createSvg', true)
      return markRank(change, origin.rankKey)
    case 'rank.start':
      return applyRankStart(change, origin, rank, event)
    case 'rank.end':
      undo.set(rank, 'end', event)
      return markRank(change, origin.rankKey)
    case 'context':
      return applyContext(change, origin, event)
    case 'param':
    case 'dataset':
    case 'model':
    case 'command':
    case 'source':
    case 'environment':
      share(change, origin, event)
      return
    case 'artifact':
      return applyArtifact(change, origin, event)
    case 'artifact.stored':
      return applyStored(change, origin, event)
    case 'final.metric':
      return applyFinal(change, origin, rank, event)
    case 'problem':
      return tellProblem(change, origin.rankKey, event.code, event.message)
    case 'host':
      return applyHost(change, event)
    case 'clock':
      return applyClock(change, event)
    case 'energy':
      return applyEnergy(change, rank, event)
    case 'user':
      return applyUser(change, event)
    case 'helper':
    case 'process.end':
    case 'series':
    case 'drops':
      return
  }
}
