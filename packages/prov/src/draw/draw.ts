import type { ProvDocument } from '../model/document.ts'
import { writeDot } from './dot.ts'
import { fold, unfolded, type Folded } from './fold.ts'
import type { DrawOptions } from './options.ts'
import { pictureOf } from './picture.ts'

const elementsMaxDefault = 150
const foldAboveDefault = 16
/** A few arrows per element is what can be followed. */
const relationsPerElement = 3

/**
 * A document as a picture in Graphviz's DOT language, by the conventions of PROV diagrams. Folded by default: a
 * picture of at most `elementsMax` elements whatever the document's size; see `likenesses` for what is alike.
 * Equal documents give equal bytes, whatever the order of their records. Throws RangeError for a bad `elementsMax`.
 */
export function draw(document: ProvDocument, options: DrawOptions = {}): string {
  return writeDot(foldedPicture(document, options), options)
}

/** What is drawn of a document. */
export function foldedPicture(document: ProvDocument, options: DrawOptions): Folded {
  const elementsMax = options.elementsMax ?? elementsMaxDefault
  if (!Number.isSafeInteger(elementsMax) || elementsMax < 1) {
    throw new RangeError(`elementsMax must be a whole number from 1, not ${elementsMax}`)
  }
  const picture = pictureOf(document)
  const few = picture.elements.length <= Math.min(options.foldAbove ?? foldAboveDefault, elementsMax)
  if (options.full === true || few) return unfolded(picture)
  return fold(picture, { elementsMax, relationsMax: elementsMax * relationsPerElement })
}
