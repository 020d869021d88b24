import { hostId } from '@provloom/shared/process'
import type { Context } from '../context.ts'
import type { Lifetime } from '../lifetime.ts'
import { noRecord, outcomeOf } from '../outcome.ts'
import type { AgentOutcome } from '../outcome.ts'
import { Claim } from './claim.ts'
import { concludeTree } from './conclude.ts'
import { readTree } from './folder.ts'
import { lifeOf } from './processes.ts'
import { TreeService } from './service.ts'

/** Serves a tree that a client founded, until no process of it is left, or none has anything open. */
export async function serveFoundedTree(
  context: Context,
  folder: string,
  lifetime: Lifetime,
  started: () => void,
): Promise<AgentOutcome> {
  const { clock, timing } = context
  const { tree, facts } = readTree(folder)
  const claim = new Claim(tree, clock, hostId())
  const other = claim.take()
  started()
  // Two clients that began at once have each started one: the first is enough.
  if (other !== undefined) return outcomeOf(undefined, noRecord)
  const service = new TreeService({ context, tree, facts, claim, wrapped: undefined })
  service.start()
  const living = (): boolean => facts.by === 'client' && lifeOf(facts) !== 'gone'
  for (;;) {
    const over = await Promise.race([service.untilDone(timing.idleMs, living), lifetime.stopped])
    if (over === 'stopped') await service.leave(lifetime.until)
    // Whoever begins a session now finds no agent, and starts one; whoever has begun one before is found by the look.
    claim.leave()
    if (over === 'stopped' || !service.lookAgain() || claim.take() !== undefined) {
      await service.close(
        over === 'idle',
        Math.min(lifetime.until, clock.monotonicMs() + timing.answerWaitMs),
      )
      return outcomeOf(undefined, concludeTree(context, tree, service.ended))
    }
  }
}
