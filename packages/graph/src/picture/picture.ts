import type { RelationKind } from '@provloom/prov'

/** What an element of the picture is of a run; how it is drawn follows from it. */
export type Part =
  | 'data'
  | 'file'
  | 'code'
  | 'parameters'
  | 'environment'
  | 'run'
  | 'former run'
  | 'attempt'
  | 'ranks'
  | 'group'
  | 'context'
  | 'metric'
  | 'version'
  | 'model'
  | 'result'
  | 'person'
  | 'host'
  | 'machinery'
  /** Several that found no place of their own. */
  | 'more'

/** How a value is to be taken. */
export type Tone = 'plain' | 'good' | 'bad' | 'quiet'

/** A name and its value; one of them may be empty. */
export interface Line {
  readonly name: string
  readonly value: string
  readonly tone: Tone
}

/** Left, top, width and height in px. */
export type Box = readonly [x: number, y: number, width: number, height: number]

/** One or several elements of the document, drawn as one. */
export interface PictureElement {
  /** The name in the document; of several the first. */
  readonly id: string
  readonly kind: 'entity' | 'activity' | 'agent'
  readonly part: Part
  /** As the document has them, each once. */
  readonly types: readonly string[]
  readonly label: string
  readonly lines: readonly Line[]
  /** How many elements of the document it stands for, and which. */
  readonly count: number
  readonly ids: readonly string[]
  /** The element in which it is drawn. */
  readonly inside?: string
  /** Of a metric: means of its course. */
  readonly spark?: readonly number[]
  readonly box: Box
}

/** One or several relations of the document, from effect to cause. */
export interface PictureRelation {
  readonly from: string
  readonly to: string
  readonly kind: RelationKind
  /** How many of the document's. */
  readonly count: number
  /** From where to where, in px; the arrow leaves and comes in at a right angle to that side. */
  readonly line: readonly [x1: number, y1: number, x2: number, y2: number]
  readonly side: 'across' | 'along' | 'around'
  /** Of one across: where between its ends it bends; in the gap between two columns when not given. */
  readonly bend?: number
}

/** What is not drawn, in words and in number. */
export interface FoldedCount {
  readonly words: string
  readonly count: number
}

export interface RunPicture {
  readonly title: string
  readonly subtitle: string
  /** The picture in sentences, for who cannot see it. */
  readonly description: string
  readonly size: readonly [width: number, height: number]
  readonly headings: readonly {
    readonly words: string
    readonly x: number
    readonly y: number
    readonly note?: string
  }[]
  readonly elements: readonly PictureElement[]
  readonly relations: readonly PictureRelation[]
  readonly folded: readonly FoldedCount[]
  /** Lines of the foot, which say what is folded. */
  readonly foot: { readonly y: number; readonly rows: readonly string[]; readonly rule: number }
  /** In the document. */
  readonly total: { readonly elements: number; readonly relations: number }
}

/** The course of a metric over all ranks, as run.json's head has it. */
export interface Spark {
  readonly key: string
  readonly context?: string
  readonly source?: string
  readonly spark?: readonly number[]
}

export interface PictureOptions {
  /** The heading; the run's label when not given. */
  readonly title?: string
  /** What recorded the run is drawn too: aggregator, agents, launcher, stores, copies, what machines measured. */
  readonly machinery?: boolean
  /** With all attributes that the document has of what is drawn. */
  readonly attributes?: boolean
  readonly sparks?: readonly Spark[]
}
