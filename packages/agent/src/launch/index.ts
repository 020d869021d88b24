// What whoever starts commands needs: loaded without the agent.
export { launchCommand } from './command.ts'
export type { CommandEnd, Launch, RunningCommand } from './command.ts'
export { isStopped } from '../tree/processes.ts'
export { inheritedDescriptors, withholding } from './descriptors.ts'
export { exitCodeOf, mirrorEnd } from './mirror.ts'
export { forwardSignals } from './signals.ts'
export type { SignalTarget } from './signals.ts'
export { workerEnvironment } from './worker-environment.ts'
