import type { Event } from '@provloom/shared'
import type { RankState } from '../state.ts'
import { applyArtifact, applyStored } from './artifact.ts'
import type { Change, Origin } from './change.ts'
import { hostTold, tellProblem } from './find.ts'
import { applyFinal } from './final.ts'
import { applyGroup } from './group.ts'
import { applyCarbon, applyEnergy, applyOther, applyShare } from './energy.ts'
import { applyClock, applyHost, applyUser, applyWatch } from './host.ts'
import { applyContext, applyDevices, applyRankStart } from './lifecycle.ts'
import { markMade, markRank } from './mark.ts'
import { applyModel } from './model.ts'
import { settle } from './settle.ts'
import { share } from './share.ts'

/** Takes in one event of a rank; `series` and `drops` are their stream's and taken in before. */
export function applyEvent(change: Change, origin: Origin, rank: RankState, event: Event): void {
  const { state, undo } = change
  switch (event.type) {
    case 'session.start':
      if (rank.session !== undefined) return
      undo.set(rank, 'session', event)
      undo.set(rank, 'mainStream', origin.stream)
      return
    case 'session.end':
      undo.set(rank, 'sessionEnd', event)
      if (event.createGraph === true) undo.set(state, 'createGraph', true)
      if (event.createSvg === true) undo.set(state, 'createSvg', true)
      settle(change, origin.rankKey, rank)
      markMade(change, origin.rankKey)
      return markRank(change, origin.rankKey)
    case 'rank.start':
      return applyRankStart(change, origin, rank, event)
    case 'rank.end':
      undo.set(rank, 'end', event)
      settle(change, origin.rankKey, rank)
      markMade(change, origin.rankKey)
      return markRank(change, origin.rankKey)
    case 'context':
      return applyContext(change, origin, event)
    case 'command':
      if (rank.command === undefined) undo.set(rank, 'command', share(change, origin, event))
      return
    case 'model':
      return applyModel(change, origin, event)
    case 'group':
      return applyGroup(change, origin, rank, event)
    case 'devices':
      return applyDevices(change, origin, rank, event)
    case 'watch':
      return applyWatch(change, origin, rank, event)
    case 'param':
    case 'dataset':
    case 'source':
    case 'environment':
      share(change, origin, event)
      return
    case 'artifact':
      return applyArtifact(change, origin, rank, event)
    case 'artifact.stored':
      return applyStored(change, origin, event)
    case 'final.metric':
      return applyFinal(change, origin, rank, event)
    case 'problem':
      return tellProblem(change, origin.rankKey, event.code, event.message)
    case 'host':
      return applyHost(change, origin, rank, event)
    case 'clock':
      return applyClock(change, rank, event)
    case 'energy':
      return applyEnergy(change, origin, rank, event)
    case 'energy.share':
      return applyShare(change, origin, rank, event)
    case 'energy.other':
      return applyOther(change, hostTold(change, rank, event).key, origin, event)
    case 'carbon':
      return applyCarbon(change, event)
    case 'user':
      return applyUser(change, event)
    case 'helper':
    case 'process.end':
    case 'series':
    case 'drops':
      return
  }
}
