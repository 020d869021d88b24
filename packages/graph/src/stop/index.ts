// Who stopped first: for run.json's head and for readers, from the same facts by the same rule.
export { errorKind, placeIn, reasonIn } from './error.ts'
export type { ErrorKind } from './error.ts'
export { isUnseen, stopOrder } from './first.ts'
export type { Stopped, StopCause, StopOrder } from './first.ts'
export type { FellSilent } from './silent.ts'
export { signalOf, stopKind } from './stop.ts'
export type { HostClock, Stop, StopKind } from './stop.ts'
