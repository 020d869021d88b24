import type { LineageStep } from './lineage.ts'

export interface GraphQuery {
  /** An element's id, or what it is called; the whole graph, folded, unless told. */
  readonly at?: string
  /** Steps along relations toward causes, and toward effects. `all` and 1 unless told. */
  readonly up?: number | 'all'
  readonly down?: number | 'all'
  /**
   * `alike` unless told: the run's picture, ranks that are alike as one. `none`: elements as they are in the document, around
   * the one at which it looks, the run unless told.
   */
  readonly fold?: 'alike' | 'none'
  /** Our own programs, the metric store, copies, measured series: left out unless true. */
  readonly machinery?: boolean
}

/** A part of a run's graph that can be looked at: at most `elementsShownMax` elements, laid out. */
export interface GraphAnswer {
  readonly elements: readonly GraphElement[]
  readonly relations: readonly GraphRelation[]
  /** By element: x, y, width, height in pixels. */
  readonly box: Readonly<Record<string, readonly [x: number, y: number, w: number, h: number]>>
  readonly width: number
  readonly height: number
  /** Of the whole document. */
  readonly total: { readonly elements: number; readonly relations: number }
  /** Elements that would be here and are not, for there are too many. */
  readonly more: number
  /** When the document was written, ISO 8601. */
  readonly asOf: string
  /** Of the one that was asked for. */
  readonly chosen?: GraphChosen
}

export interface GraphChosen {
  readonly id: string
  /** All that is said of it once, by the names of the graph without their prefix. */
  readonly facts: Readonly<Record<string, string | number | boolean>>
  /** What it came of, and what came of it in this run, nearest first. */
  readonly up: readonly LineageStep[]
  readonly down: readonly LineageStep[]
}

export interface GraphElement {
  readonly id: string
  readonly kind: 'entity' | 'activity' | 'agent'
  /** `provloom:RankExecution`, the first one said first. */
  readonly types: readonly string[]
  readonly label: string
  /** What the drawing says in it, below its label. */
  readonly lines: readonly string[]
  /** How many elements it stands for, and which, as far as that is known. */
  readonly count: number
  readonly folded: readonly string[]
  /** The element in which it is drawn. */
  readonly inside?: string
  /** Of a metric: means of its course. */
  readonly spark?: readonly number[]
}

export interface GraphRelation {
  /** From effect to cause. */
  readonly from: string
  readonly to: string
  /** As PROV calls it: `used`, `wasGeneratedBy`. */
  readonly kind: string
  readonly count: number
}
