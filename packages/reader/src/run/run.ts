import type { HeadParam } from '@provloom/rundir'
import type { Unread } from '../answer/error.ts'
import type { RunAnswer, RunGoing, RunParam } from '../answer/run.ts'
import type { Finding } from '../answer/why.ts'
import type { RunDocument } from '../document/document.ts'
import type { KnownRun } from '../folder/folder.ts'
import { lifeOf } from '../folder/life.ts'
import { ledgerOf, statusesOf } from '../runs/row.ts'
import { valuesByRank } from '../why/load/differing.ts'
import { environmentsOf, hostFactsOf } from './environment.ts'
import type { MetricPage } from './metrics.ts'
import { quietOf } from './rhythm.ts'

export interface RunParts {
  readonly run: KnownRun
  readonly metrics: MetricPage
  /** Undefined where it cannot be read. */
  readonly document: RunDocument | undefined
  readonly findings: readonly Finding[]
  readonly unread: readonly Unread[]
  readonly going: RunGoing | undefined
}

export function answerRun(parts: RunParts): RunAnswer {
  const { run, metrics, document, findings, going, unread } = parts
  const { file, name, directory, writtenMs } = run
  const { head } = file
  const quiet = quietOf(run)
  return {
    run: name,
    directory,
    runId: file.runId,
    number: file.number,
    experiment: file.settings.experimentName,
    ...(file.runName === undefined ? {} : { runName: file.runName }),
    status: file.status,
    startTime: file.startTime,
    endTime: file.endTime,
    life: lifeOf(run),
    ...(quiet === undefined ? {} : { quiet }),
    finished: run.finished,
    asOf: new Date(writtenMs).toISOString(),
    journalPosition: file.journalPosition,
    worldSize: file.worldSize,
    ranks: statusesOf(run),
    logs: file.logs,
    ledger: ledgerOf(run),
    energy: head?.energy ?? [],
    ...(head?.otherEnergy === undefined ? {} : { otherEnergy: head.otherEnergy }),
    notMeasured: head?.notMeasured ?? [],
    ...(head?.source === undefined ? {} : { source: head.source }),
    ...(head?.finding === undefined ? {} : { finding: head.finding }),
    findings,
    ...(going === undefined ? {} : { going }),
    users: head?.users ?? [],
    hosts: head?.hosts ?? { shown: [], more: 0 },
    ...(head?.command === undefined ? {} : { command: head.command }),
    params: paramsOf(head?.params.shown ?? [], document),
    paramsMore: head?.params.more ?? 0,
    ...metrics,
    inputs: head?.inputs.shown ?? [],
    inputsMore: head?.inputs.more ?? 0,
    outputs: head?.outputs.shown ?? [],
    outputsMore: head?.outputs.more ?? 0,
    environment: document === undefined ? [] : environmentsOf(document),
    hostFacts: document === undefined ? [] : hostFactsOf(document),
    problems: { count: file.problems, kinds: file.problemKinds },
    hints: file.hints,
    unread,
  }
}

/** Parameters of which it is looked for who has which value; and how much of that is told. */
const differingMax = 32
const apartMax = 8
const ranksMax = 64

function paramsOf(shown: readonly HeadParam[], document: RunDocument | undefined): RunParam[] {
  // Which context a value is of is not told: of a name that several have nothing more is said.
  const isAlone = (name: string): boolean => shown.filter((one) => one.name === name).length === 1
  const differ = shown.filter(({ values = 1 }) => values > 1).slice(0, differingMax)
  const names = new Set(differ.flatMap(({ name }) => (isAlone(name) ? [name] : [])))
  const apart = document === undefined ? new Map<string, never>() : valuesByRank(document, names)
  return shown.map(({ values = 1, ...one }) => {
    const own = values > 1 ? apart.get(one.name) : undefined
    const told = own
      ?.slice(0, apartMax)
      .map(({ value, ranks }) => ({ value, ranks: ranks.slice(0, ranksMax) }))
    return { ...one, values, conflict: values > 1, ...(told === undefined ? {} : { apart: told }) }
  })
}
