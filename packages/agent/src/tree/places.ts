import { randomBytes } from 'node:crypto'
import os from 'node:os'
import { connectionKeys, isAttempt, isRank, nameWithin, saveDirIn } from '@provloom/shared'
import type { Present } from '@provloom/shared'
import type { Context } from '../context.ts'
import type { Job } from '../meet/meeting.ts'
import { mayStartAggregator } from '../place/head-node.ts'
import { saidKey } from '../place/job-key.ts'
import { findPlace } from '../place/place.ts'
import type { Place, Said } from '../place/place.ts'
import type { Told } from '../place/row.ts'
import { hostId } from '@provloom/shared/process'
import { sightOf } from '../place/sight.ts'
import type { Variables } from '../place/variables.ts'
import { maskArguments } from '../secrets.ts'
import { recordedVariables } from '../source/allow-list.ts'
import { nameOf } from '../source/interpreter.ts'
import type { ProcessNumber, SessionFacts } from '../session/facts.ts'
import { settingsOf } from '../settings.ts'
import type { Settings } from '../settings.ts'
import { beginSession } from './begin-session.ts'
import { Counts } from './counts.ts'
import { earlierOf } from './earlier.ts'
import type { TreeFacts, TreeFolder } from './folder.ts'
import { KnownLaunchers } from './known-launchers.ts'
import { lifeOf, numberHere, parentsOf, pidNamespace } from './processes.ts'
import { starterOf } from './starter.ts'
import type { Found } from './watch.ts'
import type { Wrapped } from './wrapped.ts'

/** Where a session belongs, as far as its tree can say: a run is given by the aggregator. */
export interface Seat {
  readonly place: Place
  readonly jobKey: string
  readonly worker: string
  readonly ordinal: number
  readonly settings: Settings
  /** Whether an agent on this machine may start the job's aggregator. */
  readonly mayStart: boolean
}

/** Finds the place of each session of a tree, in one place and by the whole launcher table, and counts them. */
export class Places {
  readonly #context: Context
  readonly #tree: TreeFacts
  readonly #wrapped: Wrapped | undefined
  readonly #own: Place
  readonly #counts: Counts
  readonly #launchers = new KnownLaunchers()

  constructor(
    context: Context,
    { tree, facts }: { readonly tree: TreeFolder; readonly facts: TreeFacts },
    wrapped: Wrapped | undefined,
  ) {
    this.#context = context
    this.#tree = facts
    this.#counts = new Counts(tree)
    this.#wrapped = wrapped
    const { rank } = context.given
    const said = rank === undefined ? undefined : ({ by: 'call', rank } as const)
    this.#own = this.#placeOf(said, context.variables, [wrapped?.pid ?? facts.pid], undefined)
  }

  /** What is known of the job before any session says more. */
  get own(): Omit<Present, 'kind' | 'session' | 'agent' | 'silent'> {
    const { rank, attempt, worldSize, rankToldBy } = this.#own
    return {
      jobKey:
        rankToldBy === 'alone' ? (this.#counts.saidJob ?? this.#jobKey(this.#own)) : this.#jobKey(this.#own),
      ...(rankToldBy === 'alone' ? {} : { rank, attempt, ...(worldSize === undefined ? {} : { worldSize }) }),
    }
  }

  get place(): Place {
    return this.#own
  }

  /** Whether a session of the same rank, in another tree, comes first and has yet to be told its run. */
  comesNext(found: Found): boolean {
    return earlierOf(found, this.#tree).pending
  }

  seat(found: Found): Seat {
    const { facts, folder } = found
    const { given, directory } = this.#context
    const place = this.#placeOf(saidBy(facts, given.rank), facts.environment, this.#chainOf(facts), facts)
    const settings = settingsOf(
      given,
      facts,
      nameOf(facts.argv, facts.directory),
      this.#wrapped === undefined ? facts.directory : directory,
    )
    const worker = this.#counts.workerOf(facts, this.#tree)
    const { experimentName } = settings
    const named = facts.runName === undefined ? {} : { runName: nameWithin(facts.runName) }
    const counted = { worker, rank: place.rank, attempt: place.attempt, experimentName, ...named }
    const ordinal = this.#counts.ordinalOf(folder.id, counted) + earlierOf(found, this.#tree).ordinal
    const mayStart = this.#mayStart(place, facts.environment)
    return { place, jobKey: this.#jobKey(place), worker, ordinal, settings, mayStart }
  }

  /** The session's folder is gone. */
  forget(session: string): void {
    this.#counts.forget(session)
  }

  /**
   * Where the job of a session is met; of the command before it has any.
   *
   * @throws {ProvloomError} `SAVE_DIR_UNKNOWN`
   */
  job(seat: Seat | undefined): Job {
    const { given, directory, variables } = this.#context
    const saveDir =
      seat?.settings.provenanceSaveDir ?? saveDirIn(directory, given.provenanceSaveDir ?? 'prov')
    const key = seat?.jobKey ?? this.#jobKey(this.#own)
    const mayStart = seat?.mayStart ?? this.#mayStart(this.#own, variables)
    return { keys: connectionKeys(variables, key), saveDir, mayStart, environment: variables }
  }

  /** The folder of a session that this agent begins for a command which began none. */
  foundSession(tree: TreeFolder, { argv, pid, start, startedUs }: Wrapped): string {
    const { directory, variables } = this.#context
    return beginSession(tree, {
      session: randomBytes(8).toString('hex'),
      seq: 0,
      pid,
      start,
      pidNamespace: pidNamespace(),
      parents: parentsOf(pid),
      openedUs: startedUs,
      host: os.hostname(),
      hostId: hostId(),
      uid: process.getuid?.() ?? 0,
      argv: maskArguments(argv),
      executable: argv[0] ?? '',
      directory,
      environment: recordedVariables(variables),
      silent: true,
    }).root
  }

  /** A process and those above it that are still there: at last our own, above all that our command starts. */
  #chainOf({ pid, start, pidNamespace: space, parents }: SessionFacts): number[] {
    const own = this.#wrapped === undefined ? [] : [process.pid]
    const numbersOf = ([one, started]: ProcessNumber): number[] => {
      const name = { pid: one, start: started, pidNamespace: space }
      const number = numberHere(name)
      return number !== undefined && lifeOf(name) === 'lives' ? [number] : []
    }
    return [numbersOf([pid, start])[0] ?? 0, ...parents.flatMap(numbersOf), ...own]
  }

  /** @param facts of the session whose place it is */
  #placeOf(
    said: Said | undefined,
    variables: Variables,
    chain: readonly number[],
    facts: SessionFacts | undefined,
  ): Place {
    const { given } = this.#context
    const [pid = 0, ...parents] = chain
    const seen = {
      pid,
      parents,
      tree: { key: this.#tree.key, founded: false },
      isOurs: (key: string) => key === this.#tree.key,
    }
    const sight = this.#launchers.sightOf(sightOf(variables, seen), facts)
    const job = (told: Told): string =>
      this.#counts.saidJob ??
      this.#counts.decideSaidJob(
        saidKey(
          told,
          sight,
          starterOf(this.#context, { tree: this.#tree, wrapped: this.#wrapped, facts, chain }),
        ) ?? this.#tree.key,
      )
    const found = findPlace(said, variables, { ...sight, said: job }, given.jobKey)
    return isRank(found.rank) && isAttempt(found.attempt) ? found : this.#own
  }

  /** A job that is named by a process of this machine is nowhere else, whatever its ranks are told. */
  #mayStart(place: Place, variables: Variables): boolean {
    const isHere = this.#jobKey(place).startsWith(`local-${hostId()}.`)
    return isHere || mayStartAggregator(place, variables, hostNames())
  }

  #jobKey(place: Place): string {
    return place.jobKey ?? this.#tree.key
  }
}

/** What `start_run` said wins over the option for the whole tree, and that over what a library knows. */
function saidBy(facts: SessionFacts, option: number | undefined): Said | undefined {
  const { rank, worldSize, said } = facts
  const size = worldSize === undefined ? {} : { worldSize }
  if (rank !== undefined && (said ?? 'call') === 'call') return { by: 'call', rank, ...size }
  if (option !== undefined) return { by: 'call', rank: option, ...size }
  if (rank !== undefined) return { by: 'library', rank, ...size }
  return worldSize === undefined ? undefined : { by: 'call', worldSize }
}

function hostNames(): string[] {
  const addresses = Object.values(os.networkInterfaces()).flatMap((one) => one ?? [])
  return [os.hostname(), ...addresses.map(({ address }) => address)]
}
