export { draw } from './draw.ts'
export type { Direction, DrawOptions } from './options.ts'
export { renderSvg } from './svg.ts'
