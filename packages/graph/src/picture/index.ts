export { pictureOf } from './picture-of.ts'
export type {
  Box,
  FoldedCount,
  Line,
  Part,
  PictureElement,
  PictureOptions,
  PictureRelation,
  RunPicture,
  Spark,
  Tone,
} from './picture.ts'
export { svgOf } from './svg.ts'
export type { SvgOptions } from './svg.ts'
