// What makes files of a chart: asked for by the first who wants one.
export { pictureOf } from './picture.ts'
export { svgOf } from './svg.ts'
