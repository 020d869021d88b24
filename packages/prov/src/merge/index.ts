export { describeConflict, type Claim, type Conflict } from './conflict.ts'
export { merge, type Merged } from './merge.ts'
