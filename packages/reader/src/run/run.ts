import type { Unread } from '../answer/error.ts'
import type { RunAnswer, RunGoing } from '../answer/run.ts'
import type { Finding } from '../answer/why.ts'
import type { RunDocument } from '../document/document.ts'
import type { KnownRun } from '../folder/folder.ts'
import { lifeOf } from '../folder/life.ts'
import { ledgerOf, statusesOf } from '../runs/row.ts'
import { environmentsOf, hostFactsOf } from './environment.ts'
import type { MetricPage } from './metrics.ts'

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
    finished: run.finished,
    asOf: new Date(writtenMs).toISOString(),
    journalPosition: file.journalPosition,
    worldSize: file.worldSize,
    ranks: statusesOf(run),
    logs: file.logs,
    ledger: ledgerOf(run),
    energy: head?.energy ?? [],
    notMeasured: head?.notMeasured ?? [],
    ...(head?.source === undefined ? {} : { source: head.source }),
    ...(head?.finding === undefined ? {} : { finding: head.finding }),
    findings,
    ...(going === undefined ? {} : { going }),
    users: head?.users ?? [],
    hosts: head?.hosts ?? { shown: [], more: 0 },
    ...(head?.command === undefined ? {} : { command: head.command }),
    params: (head?.params.shown ?? []).map(({ values = 1, ...one }) => ({
      ...one,
      values,
      conflict: values > 1,
    })),
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
