import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { version } from '@provloom/shared'
import type { Clock, Event } from '@provloom/shared'
import { LedgerFile } from '../client/ledger-file.ts'
import { workerRules } from '../spool/rules.ts'
import { writeSmall } from '../spool/small-file.ts'
import { unbounded } from '../spool/space.ts'
import { SpoolWriter } from '../spool/writer.ts'
import { makeTree } from '../tree/folder.ts'
import type { TreeFolder } from '../tree/folder.ts'
import { pidNamespace } from '../tree/processes.ts'
import { spoolFormat } from './facts.ts'
import type { SessionFacts } from './facts.ts'
import { sessionFolderAt } from './folder.ts'

/** Of no process of this machine. */
const nobody = { pid: 0, start: 0, pidNamespace: pidNamespace(), hostId: 'unknown', uid: 0 }

/** What is known of a process that was recorded elsewhere. Times in microseconds since the epoch. */
export type MadeFacts = Pick<SessionFacts, 'openedUs' | 'host' | 'argv' | 'environment'> &
  Partial<
    Pick<
      SessionFacts,
      'rank' | 'worldSize' | 'experimentName' | 'provUserNamespace' | 'collectAllProcesses' | 'runName'
    >
  >

/** A tree whose sessions no process has: made of what another program has recorded, to be handed in like any that was left. */
export class MadeTree {
  readonly #tree: TreeFolder
  readonly #clock: Clock
  #seq = 0

  /** @throws {ProvloomError} `SPOOL_UNWRITABLE` */
  constructor(clock: Clock, root: string, key: string) {
    this.#clock = clock
    const createdUs = clock.nowUs()
    const founder = { ...nobody, key, createdUs, launcherMark: '', host: 'unknown', version }
    this.#tree = makeTree([path.join(root, key)], { ...founder, by: 'client' }, () => {})
  }

  get folder(): string {
    return this.#tree.root
  }

  /** @throws the system's error where its folder cannot be made */
  session(facts: MadeFacts): MadeSession {
    const id = randomBytes(8).toString('hex')
    const folder = sessionFolderAt(path.join(this.#tree.sessions, id))
    for (const one of [folder.root, folder.streams, folder.ledgers, folder.files])
      fs.mkdirSync(one, { mode: 0o700 })
    const said = facts.rank === undefined ? {} : { said: 'call' }
    writeSmall(path.join(folder.root, 'session.json'), {
      format: spoolFormat,
      session: id,
      seq: this.#seq++,
      ...nobody,
      parents: [],
      directory: '',
      language: 'python',
      library: 'yprov4ml',
      libraryVersion: version,
      ...said,
      ...facts,
    })
    return new MadeSession(this.#clock, id, folder.root)
  }
}

/** One session of it, written by one writer: events have the times that they say. */
export class MadeSession {
  readonly id: string
  readonly #ledger: LedgerFile
  readonly #writer: SpoolWriter

  constructor(clock: Clock, id: string, root: string) {
    this.id = id
    const { streams, ledgers } = sessionFolderAt(root)
    const stream = `worker-0-${randomBytes(4).toString('hex')}`
    this.#ledger = new LedgerFile(path.join(ledgers, stream))
    const makeAgain = (): never => {
      throw new Error(`${root} was removed`)
    }
    this.#writer = new SpoolWriter({
      clock,
      streams,
      id: stream,
      rules: workerRules,
      home: { makeAgain },
      counts: this.#ledger,
      space: unbounded,
    })
  }

  /** @returns false where it is dropped, which is counted */
  event(event: Event): boolean {
    return this.#writer.event(event)
  }

  point(...given: Parameters<SpoolWriter['point']>): boolean {
    return this.#writer.point(...given)
  }

  close(): void {
    this.#writer.tellDrops()
    this.#ledger.make()
    this.#ledger.putNext(this.#writer.next)
    this.#writer.close()
    this.#ledger.settle()
  }
}
