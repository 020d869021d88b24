import { createHash } from 'node:crypto'
import { placeOf } from './telling.ts'
import type { Place } from './telling.ts'

/** How the example's job goes. */
export type Fate =
  | 'completed'
  /** The last rank is killed by SIGKILL, and the others end well. */
  | 'last rank killed'
  /** Half way the last rank fails and the launcher starts all of them again. */
  | 'restarted'
  /** The same, with half as many ranks. */
  | 'elastic'
  /** The aggregator is killed before any rank has ended, and the run is recovered a day later. */
  | 'recovered'

/**
 * The run that docs/questions.md asks about: ranks under torch.distributed that tell five parameters alike, and `seed` =
 * 17 k + 3 and `shard` of their own; the datasets train, val and test in contexts of their own; a loss that is the rank;
 * rank 0 saves 30 versions of one model. The script is in a work tree with changes.
 */
export interface ExampleOptions {
  readonly ranks: number
  /** Whether the ranks are joined in a process group. */
  readonly group?: boolean
  /** `rank 0`: the others are turned away. */
  readonly collected?: 'all' | 'rank 0'
  readonly fate?: Fate
  /** Every rank saves versions of its own. */
  readonly sweep?: boolean
  /** Points of each series. */
  readonly rows?: number
  /** Series of a rank: half of them in training and half in validation; one is the loss in training. */
  readonly series?: number
  /** Parameters that all ranks tell alike. */
  readonly alike?: number
  readonly versions?: number
  readonly packages?: number
  /** Whose energy is known on each host: of none, of four devices by three methods, or of ten. */
  readonly devices?: 'none' | 'few' | 'many'
  /** Every rank tells `local_rank` and `node_rank`, and no `shard`. */
  readonly places?: boolean
}

export type Example = Required<ExampleOptions>

/** One start of all ranks. */
export interface Start {
  readonly attempt: number
  readonly worldSize: number
  /** Ranks that are accepted. */
  readonly places: readonly Place[]
  readonly beginsUs: number
  /** Points of each series, fewer where it is cut off. */
  readonly rows: number
  readonly versions: number
  readonly end: 'completed' | 'last rank killed' | 'last rank failed'
}

export const beginsUs = 1_767_600_000_000_000
export const secondUs = 1_000_000
/** How many ranks a host has. */
export const ranksOfHost = 8

export function exampleOf(options: ExampleOptions): Example {
  return {
    group: true,
    collected: 'all',
    fate: 'completed',
    sweep: false,
    rows: 1000,
    series: 1,
    alike: 5,
    versions: 30,
    packages: 98,
    devices: 'few',
    places: false,
    ...options,
  }
}

/** The starts of the job's ranks, one after the other. */
export function startsOf(example: Example): readonly Start[] {
  const { ranks, rows, versions, fate } = example
  const start = (
    attempt: number,
    worldSize: number,
    of: Pick<Start, 'rows' | 'versions' | 'end'>,
  ): Start => ({
    attempt,
    worldSize,
    beginsUs: beginsUs + attempt * 3600 * secondUs,
    places: Array.from({ length: example.collected === 'all' ? worldSize : 1 }, (_, rank) =>
      placeOf(rank, attempt),
    ),
    ...of,
  })
  const whole = { rows, versions, end: 'completed' } as const
  const half = {
    rows: Math.ceil(rows / 2),
    versions: Math.ceil(versions / 3),
    end: 'last rank failed',
  } as const
  switch (fate) {
    case 'completed':
    case 'recovered':
      return [start(0, ranks, whole)]
    case 'last rank killed':
      return [start(0, ranks, { ...whole, end: 'last rank killed' })]
    case 'restarted':
      return [start(0, ranks, half), start(1, ranks, whole)]
    case 'elastic':
      return [start(0, ranks, half), start(1, Math.ceil(ranks / 2), whole)]
  }
}

/** When the first rank of a start ends; the others do so a millisecond after each other. */
export function endOf({ beginsUs: startUs, rows }: Start): number {
  return startUs + (rows + 30) * secondUs
}

/** A checksum, another one for another text. */
export function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
