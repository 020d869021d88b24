import { limits, rankOf } from '@provloom/shared'
import type { Hello } from '@provloom/shared'
import type { Presence } from './presence.ts'
import type { Registry } from './registry.ts'

/**
 * A command that called nothing of ours (`if rank == 0: start_run(...)`, or dead at an import) has told no experiment. Where
 * its job has a run it is of that; it begins none beside it, under a name that nobody said, and none before rank 0, which
 * may yet say one. Of several it is the first that it is missing in, which waits for it: what rank 0 logs of a training
 * is begun before what is logged of its test.
 *
 * @param waitedMs since it first asked
 * @returns what it asks for then, or `elsewhere` where only its end is worth telling, in whatever run the job has or will have
 */
export function silentTurn(
  hello: Hello,
  { registry, presence }: { readonly registry: Registry; readonly presence: Presence },
  waitedMs: number,
): Hello | 'elsewhere' | 'wait' {
  const isNamed = hello.runId !== undefined || hello.admitted !== undefined
  if (hello.silent !== true || isNamed || registry.turnOf(hello) !== undefined) return hello
  const isOfJob = ({ facts }: { readonly facts: { readonly jobKey: string } }): boolean =>
    facts.jobKey === hello.jobKey
  const open = registry.open.filter(isOfJob)
  const run = open.find(({ roster }) => roster.lastOf(rankOf(hello.rank)) === undefined) ?? open.at(-1)
  if (run === undefined) {
    if (registry.closed.some(isOfJob) || !registry.mayBegin(hello)) return 'elsewhere'
    if (hello.rank === 0) return hello
    if (waitedMs < limits.drainMs) return 'wait'
    return presence.agentOf(hello.jobKey, 0) === 'silent' ? 'elsewhere' : hello
  }
  const { runName, ordinal, settings } = run.facts
  const { runName: _, ...rest } = hello
  return {
    ...rest,
    ordinal,
    asked: { ...hello.asked, experimentName: settings.experimentName },
    ...(runName === undefined ? {} : { runName }),
  }
}
