import type { RunFile } from '@provloom/rundir'
import { shellWord } from '@provloom/shared'
import type { Entity } from '../json-ld.ts'
import { refs, some } from '../json-ld.ts'
import type { Instrument } from './code.ts'
import type { Environments } from './environment.ts'
import type { People } from './people.ts'
import { nameOf, timeOf } from './subject.ts'

export interface Deed {
  readonly people: People
  readonly instrument: Instrument
  readonly environments: Environments
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
}

export function actionId({ runId }: RunFile): string {
  return `urn:uuid:${runId}`
}

/** The run: one execution of the instrument by all its ranks (Process Run Crate 0.5, "CreateAction"). */
export function actionEntity(
  run: RunFile,
  { people, instrument, environments, inputs, outputs }: Deed,
): Entity {
  const { status, head, startTime, endTime } = run
  const hasFailed = status !== 'running' && status !== 'completed'
  return {
    '@id': actionId(run),
    '@type': 'CreateAction',
    name: nameOf(run),
    description: head?.command?.map(shellWord).join(' ') ?? `A run of ${run.settings.experimentName}`,
    startTime: timeOf(startTime),
    endTime: endTime === null ? undefined : timeOf(endTime),
    actionStatus: statusOf(status),
    error: hasFailed ? (head?.finding?.text ?? status) : undefined,
    agent: some(people.agents),
    instrument: refs(instrument.ids),
    object: refs(inputs),
    result: refs(outputs),
    environment: refs(environments.variables),
  }
}

/** Profile and schema.org know two ends; what did not end well failed, and `error` says how. */
function statusOf(status: RunFile['status']): string {
  const word = status === 'running' ? 'Active' : status === 'completed' ? 'Completed' : 'Failed'
  return `http://schema.org/${word}ActionStatus`
}
