import type { Unread } from './error.ts'

export interface WhyQuery {
  /** A metric that tells how long a rank takes for a step; the step timer's unless told. */
  readonly pace?: string
}

/** What happened to a run, what stands out, and how we know. */
export interface WhyAnswer {
  /** Its directory's name. */
  readonly run: string
  readonly status: string
  /** A sentence. */
  readonly verdict: string
  /** Of a run that did not end well, who stopped first. */
  readonly first?: FirstToStop
  /** The gravest first. Empty: nothing stands out. */
  readonly findings: readonly Finding[]
  /** What was looked for and not found, and what cannot be known and why: in words. */
  readonly notIt: readonly string[]
  readonly unknown: readonly string[]
  readonly unread: readonly Unread[]
  /** Ranks of the world of which nothing is known, since they were not to be recorded. */
  readonly notRecorded?: number
  /** What there is of it: events that are stored of those that were sent, and the last model. */
  readonly kept: {
    readonly stored: number
    readonly sent: number
    readonly model?: { readonly name: string; readonly step?: number; readonly sha256?: string }
  }
}

export interface FirstToStop {
  readonly rank: number
  readonly attempt: number
  readonly host: string
  /** The step that it had come to in its metrics, and when it logged last. */
  readonly lastStep?: number
  /** Microseconds since the Unix epoch, corrected by its host's clock offset where that is known; as `timeUs`. */
  readonly lastUs?: number
  /** When it ended, or was heard of last. */
  readonly timeUs?: number
  /** What it said: the line that names the error, and where in the code. */
  readonly error?: string
  readonly place?: string
  /** All that is kept of what it said: a traceback, or the last lines of its standard error. */
  readonly said?: string
  readonly exit?: number
  readonly signal?: string
  /** The others, in the order in which they stopped; at most 64. */
  readonly others: readonly Omit<FirstToStop, 'others' | 'othersMore'>[]
  readonly othersMore: number
}

export type FindingLevel = 'error' | 'warning' | 'note'

/** docs/look.md says what each means. */
export type FindingCode =
  | 'RANK_FAILED'
  | 'RANK_KILLED'
  | 'RANK_CRASHED'
  | 'OUT_OF_MEMORY'
  | 'DISK_FULL'
  | 'RANK_LOST'
  | 'HOST_LOST'
  | 'RANKS_ABSENT'
  | 'PEERS_LOST'
  | 'RANK_LEFT'
  | 'ENDED_FROM_OUTSIDE'
  | 'NO_SIGN_OF_LIFE'
  | 'NOTHING_LOGGED'
  | 'NAN_FIRST_SEEN'
  | 'INFINITY_FIRST_SEEN'
  | 'RANK_SLOW'
  | 'HOST_SLOW'
  | 'DEVICE_SLOW'
  | 'PACES_DIFFER'
  | 'WAITING_FOR_DATA'
  | 'WAITING_BETWEEN_STEPS'
  | 'RANKS_DIFFER'

export interface Finding {
  readonly code: FindingCode
  readonly level: FindingLevel
  /** A sentence. */
  readonly text: string
  /** The first 64 of them. */
  readonly ranks: readonly number[]
  readonly ranksMore?: number
  readonly host?: string
  readonly device?: string
  /** Since when: step, and ISO 8601 where that is known. */
  readonly since?: { readonly step?: number; readonly time?: string }
  readonly evidence?: Evidence
  readonly link?: FindingLink
}

export interface Evidence {
  /** Metric id. */
  readonly metric?: string
  /** To the median of the other ranks. */
  readonly ratio?: number
  /** In so many of so many steps. */
  readonly times?: number
  readonly of?: number
  /** What it has cost the run so far, and what a step takes with and without it. */
  readonly costSeconds?: number
  readonly stepSeconds?: number
  readonly stepSecondsWithout?: number
  /** Anything else that was counted or read, by what it is called. */
  readonly facts?: Readonly<Record<string, string | number>>
}

/** Where in the page it is seen. */
export interface FindingLink {
  readonly page: 'overview' | 'curves' | 'ranks' | 'graph' | 'files' | 'environment'
  readonly metric?: string
  readonly fromStep?: number
  readonly toStep?: number
  readonly rank?: number
}
