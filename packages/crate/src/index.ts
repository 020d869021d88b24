// The package's public face.
export { exportCrate } from './export-crate.ts'
export type { CrateOptions, ExportedCrate } from './export-crate.ts'
export type { AboutSeen } from './about/seen.ts'
export type { LeftOut } from './contents.ts'
