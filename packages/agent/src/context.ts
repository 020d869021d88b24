import { Statuses, checkOptions, systemClock, systemFiles, workingFolder } from '@provloom/shared'
import type { Clock, Files, GivenOptions } from '@provloom/shared'
import type { AgentConfig, AgentSeams } from './config.ts'
import { findPlace } from './place/place.ts'
import { sightOf } from './place/sight.ts'
import type { Variables } from './place/variables.ts'
import type { AgentStatus } from './status.ts'
import { defaultTiming } from './timing.ts'
import type { Timing } from './timing.ts'
import type { Connect } from './outlet/outlet.ts'
import { connectZeromq } from './outlet/zeromq.ts'
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
  readonly statuses: Statuses<AgentStatus>
}

/**
 * Checks a config at the door.
 *
 * @throws {ProvloomError} `BAD_OPTION`, `UNKNOWN_OPTION`
 */
export function contextOf(config: AgentConfig, seams: AgentSeams): Context {
  const {
    mode,
    environment,
    onStatus,
    say,
    pythonPath: _pythonPath,
    pythonDoors: _pythonDoors,
    starter: _starter,
    startAggregator: _startAggregator,
    startSuccessor: _startSuccessor,
    readPoints: _readPoints,
    ...input
  } = config
  const variables = environment ?? process.env
  const given = checkOptions('agent', input, { ...variables })
  const statuses = new Statuses<AgentStatus>()
  const { tell } = statuses
  if (onStatus !== undefined) statuses.listen(onStatus)
  const directory = mode.kind === 'command' ? mode.directory : undefined
  return {
    config,
    given,
    variables,
    directory: directory ?? workingFolder(),
    clock: seams.clock ?? systemClock(),
    files: seams.files ?? systemFiles(),
    timing: { ...defaultTiming, ...seams.timing },
    connect: seams.connect ?? connectZeromq,
    voice: createVoice(rankIn(given, variables), say, (message) => tell({ kind: 'trouble', message })),
    tell,
    statuses,
  }
}

/** For messages before any session has said more. */
function rankIn(given: GivenOptions, variables: Variables): number {
  const place = findPlace(undefined, variables, sightOf(variables, undefined), given.jobKey)
  return given.rank ?? place.rank
}
