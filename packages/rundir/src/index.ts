// The package's public face: the files of a run. What they hold is behind `/entry` and `/series`.
export { checkedBytes, readChecked } from './checked-file.ts'
export type { FileLook } from './checked-file.ts'
export * from './layout.ts'
export { isPosition } from './position.ts'
export * from './run-facts.ts'
export * from './run-file.ts'
export * from './runs-file.ts'
export * from './stored-run.ts'
