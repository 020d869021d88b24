import { limits } from '@provloom/shared'
import type { Trouble } from './segments.ts'

/** Why a record is not in a stream. */
export type Cause = Trouble['cause'] | 'too-large' | 'too-many-series' | 'spool-full'

/** What a stream's writer may write, and by which words it counts what it does not. */
export interface WriterRules {
  readonly eventBytesMax: number
  readonly seriesMax: number
  /** The reasons of its `drops` events and of its ledger (docs/spool-format.md). */
  readonly reasons: Readonly<Record<Cause, string>>
}

const bounds = { eventBytesMax: limits.eventBytesMax, seriesMax: limits.seriesPerStreamMax }

/** What a script logs. */
export const workerRules: WriterRules = {
  ...bounds,
  reasons: {
    'too-large': 'too-large',
    'too-many-series': 'too-many-series',
    'spool-full': 'spool-full',
    'spool-removed': 'spool-removed',
    'disk-full': 'disk-full',
    'disk-failed': 'disk-failed',
  },
}

/** What the agent and its sources see: whoever asks what a script has lost is not told of these. */
export const agentRules: WriterRules = {
  ...bounds,
  reasons: {
    'too-large': 'event-too-large',
    'too-many-series': 'agent-series',
    'spool-full': 'agent-disk',
    'spool-removed': 'agent-disk',
    'disk-full': 'agent-disk',
    'disk-failed': 'agent-disk',
  },
}
