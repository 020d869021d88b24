import { checkOptions, systemClock, systemFiles, workingFolder } from '@provloom/shared'
import type { Clock, Files, GivenOptions } from '@provloom/shared'
import type { AgentConfig } from './config.ts'
import { findPlace } from './place/place.ts'
import { sightOf } from './place/sight.ts'
import type { Variables } from './place/variables.ts'
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
  /** Where the command runs; relative paths are taken from here. Empty where that is gone, or cannot be named. */
  readonly directory: string
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
 * @throws {ProvloomError} `BAD_OPTION`, `UNKNOWN_OPTION`
 */
export function contextOf(config: AgentConfig): Context {
  const variables = config.environment ?? process.env
  const given = checkOptions('agent', config.options ?? {}, { ...variables })
  const tell = (status: AgentStatus): void => config.onStatus?.(status)
  const directory = config.mode.kind === 'command' ? config.mode.directory : undefined
  return {
    config,
    given,
    variables,
    directory: directory ?? workingFolder(),
    clock: config.clock ?? systemClock(),
    files: config.files ?? systemFiles(),
    timing: { ...defaultTiming, ...config.timing },
    connect: config.connect ?? connectZeromq,
    voice: createVoice(rankIn(given, variables), config.say, (message) => tell({ kind: 'trouble', message })),
    tell,
    version: config.version ?? '0.0.0',
  }
}

/** For messages before any session has said more. */
function rankIn(given: GivenOptions, variables: Variables): number {
  const place = findPlace(undefined, variables, sightOf(variables, undefined), given.jobKey)
  return given.rank ?? place.rank
}
