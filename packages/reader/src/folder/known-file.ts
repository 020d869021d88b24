import type { RankSummary, RunFile, RunReader } from '@provloom/rundir'
import { lifeOf } from './life.ts'

/** `unseen`: what wrote it is gone, and wrote nothing of how it ended. */
export type KnownStatus = RunFile['status'] | 'unseen'

export interface KnownRank extends Omit<RankSummary, 'status'> {
  readonly status: KnownStatus
}

/** run.json, but for whom it calls running and cannot be. */
export interface KnownFile extends Omit<RunFile, 'status' | 'ledger'> {
  readonly status: KnownStatus
  readonly ledger: Omit<RunFile['ledger'], 'ranks'> & { readonly ranks: readonly KnownRank[] }
}

/** What every answer goes by: one that asked run.json alone would tell of a dead run that it runs. */
export function knownFile(run: Pick<RunReader, 'file' | 'directory' | 'finished'>): KnownFile {
  const { file } = run
  if (file.status !== 'running' || lifeOf(run).state !== 'gone') return file
  const ranks = file.ledger.ranks.map((one): KnownRank =>
    one.status === 'running' ? { ...one, status: 'unseen' } : one,
  )
  return { ...file, status: 'unseen', ledger: { ...file.ledger, ranks } }
}
