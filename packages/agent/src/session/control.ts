import path from 'node:path'
import { fieldsIn, fieldsOf, isAttempt, isCount, isRank, isRunId, limits } from '@provloom/shared'
import type { Asked, Fields, Hello, RunId } from '@provloom/shared'
import { textIn, textOf, writeSmall } from '../spool/small-file.ts'
import { messageOf } from '../told.ts'
import type { SessionFolder } from './folder.ts'

/** Something that the user should know, said by the client where nobody reads what the agent says. */
export interface Notice {
  readonly code: string
  readonly message: string
}

/** Where a session stands in its job, as its agent says it in its hello. */
export type PlaceTold = Pick<
  Hello,
  'worker' | 'rank' | 'attempt' | 'rankToldBy' | 'worldSize' | 'restarts' | 'restartsMax'
>

export function placeTold(hello: Hello): PlaceTold {
  const { worker, rank, attempt, rankToldBy, worldSize, restarts, restartsMax } = hello
  return {
    worker,
    rank,
    attempt,
    rankToldBy,
    ...(worldSize === undefined ? {} : { worldSize }),
    ...(restarts === undefined ? {} : { restarts }),
    ...(restartsMax === undefined ? {} : { restartsMax }),
  }
}

/** What clients are told by `control.json` (docs/spool-format.md). */
export interface Control {
  /** ended: the document on disk holds this session. quiet: it is not collected. refused: no document will; it is kept. */
  readonly state: 'collect' | 'quiet' | 'ended' | 'refused'
  /** Per stream the number of the first record that is not in the journal yet. */
  readonly mark: Readonly<Record<string, number>>
  readonly runId?: RunId
  readonly runDir?: string
  readonly rank?: number
  readonly attempt?: number
  readonly ordinal?: number
  /** Of the session, however its agent came to know it: whoever hands it in later does not see what that saw. */
  readonly jobKey?: string
  readonly asked?: Asked
  readonly place?: PlaceTold
  readonly status?: string
  readonly logs?: number
  /** Ranks of the run that go on. */
  readonly missing: readonly number[]
  /** Ranks of the known world that have not come to it yet. */
  readonly absent: readonly number[]
  readonly notices: readonly Notice[]
  /** Why it is not in a document, and will not soon be. */
  readonly message?: string | undefined
  /** Its agent has given it up, though that may live: whoever wants may hand it in. */
  readonly kept?: boolean
}

/** The agent's word to a session's clients: written when it has changed, at most so often. */
export class ControlFile {
  readonly #folder: SessionFolder
  #control: Control = { state: 'collect', mark: {}, missing: [], absent: [], notices: [] }
  #written = ''

  constructor(folder: SessionFolder) {
    this.#folder = folder
    this.#control = { ...this.#control, ...toldBefore(folder) }
  }

  get state(): Control['state'] {
    return this.#control.state
  }

  tell(change: Partial<Control>): void {
    this.#control = { ...this.#control, ...change }
    this.#write()
  }

  notice({ code, message }: Notice): void {
    const { notices } = this.#control
    const notice = { code, message: messageOf(message) }
    if (notices.length >= limits.noticesMax || notices.some((one) => one.message === notice.message)) return
    this.tell({ notices: [...notices, notice] })
  }

  /** A disk that cannot be written leaves clients as they are: they go on, bounded. */
  #write(): void {
    const text = JSON.stringify(this.#control)
    if (text === this.#written) return
    try {
      writeSmall(path.join(this.#folder.root, 'control.json'), this.#control)
      this.#written = text
    } catch {
      // The worker comes first: what clients do without this word is safe.
    }
  }
}

/** The run, and the place in it, that an agent of a session was admitted to. */
export interface FormerRun {
  readonly runId: RunId
  readonly runDir: string | undefined
}

/** What an earlier agent of a session has told its clients, for whoever serves it next. */
export interface Former {
  readonly state: string
  readonly run: FormerRun | undefined
  readonly jobKey: string | undefined
  /** With the options that its agent was given. */
  readonly asked: Asked
  readonly ordinal: number | undefined
  readonly place: PlaceTold | undefined
  readonly mark: Readonly<Record<string, number>>
  /** Why it is not in a document. */
  readonly message: string | undefined
  /** Its agent will do no more about it. */
  readonly kept: boolean
}

export function formerOf(folder: SessionFolder): Former {
  const fields = fieldsAt(folder)
  const [runId, ordinal, mark] = [fields.get('runId'), fields.get('ordinal'), fields.get('mark')]
  return {
    state: textOf(fields.get('state')) ?? 'collect',
    run: isRunId(runId) ? { runId, runDir: textOf(fields.get('runDir')) } : undefined,
    jobKey: textOf(fields.get('jobKey')),
    asked: askedIn(fields.get('asked')),
    ordinal: isCount(ordinal) ? ordinal : undefined,
    place: placeIn(fieldsOf(fields.get('place'))),
    mark: numbersIn(mark),
    message: textOf(fields.get('message')),
    kept: fields.get('kept') === true,
  }
}

/** The run that a session is in, as its agents were told: one that had ended before an agent came is welcomed no more. */
export function placeOf(
  folder: SessionFolder,
): { readonly runId: RunId; readonly runDir: string } | undefined {
  const { runId, runDir } = formerRun(folder) ?? {}
  return runId === undefined || runDir === undefined ? undefined : { runId, runDir }
}

export function formerRun(folder: SessionFolder): FormerRun | undefined {
  return formerOf(folder).run
}

/** What stays true whoever serves the session: the next agent's first word does not take it back. */
function toldBefore(folder: SessionFolder): Partial<Control> {
  const { run, jobKey, ordinal, mark, asked, place } = formerOf(folder)
  return {
    mark,
    asked,
    ...(run === undefined ? {} : { runId: run.runId }),
    ...(run?.runDir === undefined ? {} : { runDir: run.runDir }),
    ...(jobKey === undefined ? {} : { jobKey }),
    ...(ordinal === undefined ? {} : { ordinal }),
    ...(place === undefined ? {} : { place }),
  }
}

function placeIn(fields: ReadonlyMap<string, unknown>): PlaceTold | undefined {
  const [worker, rank, attempt] = [textOf(fields.get('worker')), fields.get('rank'), fields.get('attempt')]
  const rankToldBy = (['call', 'library', 'launcher', 'alone'] as const).find(
    (one) => one === fields.get('rankToldBy'),
  )
  if (worker === undefined || !isRank(rank) || !isAttempt(attempt) || rankToldBy === undefined)
    return undefined
  const restarts = (['all', 'one'] as const).find((one) => one === fields.get('restarts'))
  const [worldSize, restartsMax] = [fields.get('worldSize'), fields.get('restartsMax')]
  return {
    worker,
    rank,
    attempt,
    rankToldBy,
    ...(isCount(worldSize) ? { worldSize } : {}),
    ...(restarts === undefined ? {} : { restarts }),
    ...(isCount(restartsMax) ? { restartsMax } : {}),
  }
}

function askedIn(value: unknown): Asked {
  const fields = fieldsOf(value)
  const [all, logs] = [fields.get('collectAllProcesses'), fields.get('saveAfterNLogs')]
  const texts = ['experimentName', 'provUserNamespace', 'provenanceSaveDir'] as const
  return {
    ...Object.fromEntries(texts.map((name) => [name, textOf(fields.get(name))]).filter(([, one]) => one)),
    ...(typeof all === 'boolean' ? { collectAllProcesses: all } : {}),
    ...(isCount(logs) && logs > 0 ? { saveAfterNLogs: logs } : {}),
  }
}

function fieldsAt(folder: SessionFolder): Fields {
  return fieldsIn(textIn(path.join(folder.root, 'control.json')))
}

function numbersIn(value: unknown): Record<string, number> {
  const numbers: Record<string, number> = {}
  if (typeof value !== 'object' || value === null) return numbers
  for (const [name, one] of Object.entries(value)) if (isCount(one)) numbers[name] = one
  return numbers
}
