import { checkOptions, systemClock, systemFiles } from '@provloom/shared'
import type { Clock, Files, GivenOptions } from '@provloom/shared'
import type { AgentConfig, AgentMode } from './config.ts'
import { identityOf } from './identity.ts'
import type { Identity } from './identity.ts'
import type { Variables } from './place/variables.ts'
import type { SpoolFacts } from './spool/folder.ts'
import type { AgentStatus } from './status.ts'
import { defaultTiming } from './timing.ts'
import type { Timing } from './timing.ts'
import type { Connect } from './transport/transport.ts'
import { connectZeromq } from './transport/zeromq.ts'
import { createVoice } from './voice.ts'
import type { Voice } from './voice.ts'

/** What all parts of one agent share: its config, checked and completed. */
export interface Context {
  readonly config: AgentConfig
  readonly given: GivenOptions
  readonly variables: Variables
  /** Where the command runs; relative paths are taken from here. */
  readonly directory: string
  readonly identity: Identity
  readonly clock: Clock
  readonly files: Files
  readonly timing: Timing
  readonly connect: Connect
  readonly voice: Voice
  readonly tell: (status: AgentStatus) => void
  readonly version: string
}

/**
 * Checks a config at the door.
 *
 * @param facts of the spool, when there is one already
 * @throws {ProvloomError} `BAD_OPTION`, `UNKNOWN_OPTION`
 */
export function contextOf(config: AgentConfig, facts: SpoolFacts | undefined): Context {
  const variables = config.environment ?? process.env
  const given = checkOptions('agent', config.options ?? {}, { ...variables })
  const identity = identityOf(given, variables, facts, rankProcess(config.mode))
  const tell = (status: AgentStatus): void => config.onStatus?.(status)
  const directory = config.mode.kind === 'command' ? config.mode.directory : undefined
  return {
    config,
    given,
    variables,
    directory: directory ?? process.cwd(),
    identity,
    clock: config.clock ?? systemClock(),
    files: config.files ?? systemFiles(),
    timing: { ...defaultTiming, ...config.timing },
    connect: config.connect ?? connectZeromq,
    voice: createVoice(identity.place.rank, config.say, (message) => tell({ kind: 'trouble', message })),
    tell,
    version: config.version ?? '0.0.0',
  }
}

/** The process whose launcher is that of the rank: a command's is ours; a spool that is handed in has none. */
function rankProcess(mode: AgentMode): number | undefined {
  switch (mode.kind) {
    case 'command':
      return process.pid
    case 'attach':
      return mode.pid
    case 'drain':
      return undefined
  }
}
