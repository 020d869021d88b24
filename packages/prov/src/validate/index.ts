export { validate } from './validate.ts'
export { describe, type ConstraintId, type Violation } from './violation.ts'
