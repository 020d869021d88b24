import fs from 'node:fs'
import path from 'node:path'
import { isRunId } from '@provloom/shared'
import type { RunId } from '@provloom/shared'
import { textOf, writeSmall } from '../spool/small-file.ts'
import type { SessionFolder } from './folder.ts'

/** Something that the user should know, said by the client where nobody reads what the agent says. */
export interface Notice {
  readonly code: string
  readonly message: string
}

/** What clients are told by `control.json` (docs/spool-format.md). */
export interface Control {
  /** ended: the document on disk holds this session. quiet: it is not collected. closed: nobody takes more. */
  readonly state: 'collect' | 'quiet' | 'ended' | 'closed'
  /** Per stream the number of the first record that is not in the journal yet. */
  readonly mark: Readonly<Record<string, number>>
  readonly runId?: RunId
  readonly runDir?: string
  readonly rank?: number
  readonly attempt?: number
  readonly ordinal?: number
  readonly status?: string
  readonly logs?: number
  /** Ranks of the run that go on. */
  readonly missing: readonly number[]
  readonly notices: readonly Notice[]
  readonly message?: string
}

const noticesMax = 50

/** The agent's word to a session's clients: written when it has changed, at most so often. */
export class ControlFile {
  readonly #folder: SessionFolder
  #control: Control = { state: 'collect', mark: {}, missing: [], notices: [] }
  #written = ''

  constructor(folder: SessionFolder) {
    this.#folder = folder
  }

  get state(): Control['state'] {
    return this.#control.state
  }

  tell(change: Partial<Control>): void {
    this.#control = { ...this.#control, ...change }
    this.#write()
  }

  notice(notice: Notice): void {
    const { notices } = this.#control
    if (notices.length >= noticesMax || notices.some((one) => one.message === notice.message)) return
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
  readonly ordinal: number | undefined
}

export function formerRun(folder: SessionFolder): FormerRun | undefined {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(path.join(folder.root, 'control.json'), 'utf8'))
    const fields = new Map<string, unknown>(
      typeof value === 'object' && value !== null ? Object.entries(value) : [],
    )
    const runId = fields.get('runId')
    const ordinal = fields.get('ordinal')
    if (!isRunId(runId)) return undefined
    return {
      runId,
      runDir: textOf(fields.get('runDir')),
      ordinal: typeof ordinal === 'number' ? ordinal : undefined,
    }
  } catch {
    return undefined
  }
}
