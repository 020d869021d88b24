export { draw, type Direction, type DrawOptions } from './draw.ts'
export { renderSvg } from './svg.ts'
