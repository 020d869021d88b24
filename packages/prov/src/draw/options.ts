/** Where effects stand relative to their causes. */
export type Direction = 'right' | 'down' | 'left' | 'up'

export interface DrawOptions {
  /** Everything by itself, however much that is. Default false: alike elements are drawn once, with a count. */
  readonly full?: boolean
  /** Attributes and times in notes beside the elements and under the names of relations. Default false. */
  readonly attributes?: boolean
  /** The heading. Default `Provenance`. */
  readonly title?: string
  /** A legend of the shapes, outlines and colours that occur. Default true. */
  readonly legend?: boolean
  /** Where effects stand relative to their causes. Default `down`. */
  readonly direction?: Direction
  /** Most elements of a folded picture, a whole number from 1. Default 150. */
  readonly elementsMax?: number
  /** Pictures with no more elements than this are not folded. Default 16. */
  readonly foldAbove?: number
}
