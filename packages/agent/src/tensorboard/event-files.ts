import path from 'node:path'
import { limits, reasonOf } from '@provloom/shared'
import type { Clock, Files } from '@provloom/shared'
import { beganUs } from '@provloom/shared/process'
import type { EventSource, SourceWriter } from '../source/event-source.ts'
import { readControl } from '../client/control.ts'
import type { TreeFacts, TreeFolder } from '../tree/folder.ts'
import { lifeOf, numberHere } from '../tree/processes.ts'
import type { Found } from '../tree/watch.ts'
import type { Wrapped } from '../tree/wrapped.ts'
import { Already } from './already.ts'
import { EventFile } from './event-file.ts'
import { folderOfStates, isTakenBeside, readStates, writeState } from './file-state.ts'
import type { FileState } from './file-state.ts'
import { Finder } from './finder.ts'
import type { FoundFile } from './finder.ts'
import { grantBehind, grantFor } from './granting.ts'
import { Members, workerOf } from './members.ts'
import type { Member } from './members.ts'
import { Reading } from './reading.ts'
import type { ReadOutcome } from './reading.ts'
import { RunNames } from './run-names.ts'
import { SessionRecord } from './session-record.ts'
import { RecordedSessions, runIdIn } from './sessions.ts'
import type { Recorded } from './sessions.ts'

/** How often files are looked at that are followed; what is seldom written is seldom late by more. */
const readEveryMs = 1_000
/** Looking for files: at first this often, and less and less, down to the other; and for no more than a share of a core. */
const findMinMs = 500
const findMaxMs = 10_000
const findShare = 20

export interface EventFilesParts {
  readonly clock: Clock
  readonly files: Files
  readonly tree: TreeFolder
  readonly facts: TreeFacts
  readonly wrapped: Wrapped | undefined
  /** A folder whose event files are the command's, absolute. */
  readonly named: string | undefined
  /** Whether the command is no rank among others. */
  readonly isAlone: () => boolean
  /** Whether of a job's agents it is this one that tells what none of them knows. */
  readonly tells: () => boolean
  /** A session was begun, or there is more to be read. */
  readonly begun: () => void
  readonly told: (message: string) => void
}

/**
 * The TensorBoard event files of a tree's processes: found, read as they grow, and recorded in the sessions of the processes
 * that write them. Of a process that has begun none one is begun here.
 */
export class EventFiles {
  readonly #parts: EventFilesParts
  readonly #members: Members
  readonly #finder: Finder
  readonly #files = new Map<string, EventFile>()
  readonly #sessions = new RecordedSessions()
  readonly #states: string
  readonly #earlier: readonly FileState[]
  readonly #reading: Reading
  readonly #untold = new Set<string>()
  readonly #granted = new Set<string>()
  /** Sessions whose process says no end, and whose end nobody else need have been told. */
  readonly #endless = new Set<string>()
  readonly #beganMs: number
  #findAt = 0
  #readAt = 0
  #isOver = false
  #toldFull = false

  constructor(parts: EventFilesParts) {
    const { clock, tree, facts, wrapped } = parts
    this.#parts = parts
    this.#members = new Members(tree.root)
    this.#states = folderOfStates(tree.root)
    this.#earlier = readStates(this.#states)
    this.#beganMs = clock.monotonicMs()
    const beganAtUs =
      wrapped?.startedUs ?? (lifeOf(facts) === 'lives' ? beganUs(facts.start, clock.nowUs()) : undefined)
    this.#finder = new Finder({
      members: this.#members,
      named: parts.named,
      beganSeconds: Math.floor((beganAtUs ?? facts.createdUs) / 1e6) - 1,
      isAlone: parts.isAlone,
      untold: (file) => this.#untold.add(file),
    })
    this.#reading = new Reading({
      sessions: this.#sessions,
      note: (file, session) => this.#note(file, session),
      late: (file, session, timeUs) => this.#late(file, session, timeUs),
      unclaimed: (file) => this.#unclaimed(file),
    })
    this.#members.look(this.#earlier.map(({ pid }) => pid))
    for (const state of this.#earlier) this.#goOnWith(state)
  }

  /** What of event files is of one session: from its start on, and to their ends as they are when it stops. */
  sourceOf({ folder, facts }: Found): EventSource {
    let opened: Promise<Recorded> | undefined
    return {
      start: (writer) => {
        opened = this.#open({ folder, facts }, writer)
      },
      stop: async () => {
        const session = await opened
        if (session?.state === 'open') await this.#conclude(session, folder)
      },
    }
  }

  /** When its time has come: looks for files, and reads on in those that there are. */
  look(): void {
    const now = this.#parts.clock.monotonicMs()
    if (this.#isOver || now >= this.#findAt) this.#find(this.#isOver)
    if (this.#isOver || now >= this.#readAt) this.#readAll()
  }

  /** The command has ended: what its processes have written is all there is, and waits for nobody. */
  commandOver(): void {
    this.#find(true)
    this.#isOver = true
    const { told, tree, tells } = this.#parts
    const [file, ...others] = [...this.#untold].filter((one) => !isTakenBeside(tree.root, one))
    if (file !== undefined && tells())
      told(
        `--tensorboard: ${others.length + 1} event files have names that do not tell which rank has written them, and none was seen to hold them open: they may not be recorded (${file})`,
      )
  }

  close(): void {
    for (const file of this.#files.values()) file.close()
  }

  async #open({ folder, facts }: Found, writer: SourceWriter): Promise<Recorded> {
    const { clock, files } = this.#parts
    const record = new SessionRecord(folder, clock, writer)
    const names = new RunNames()
    const mine = this.#earlier.filter(({ session }) => session === folder.id)
    for (const { path: file, base, context } of mine)
      if (base !== undefined) names.restore(path.dirname(file), base, context)
    const session: Recorded = {
      id: folder.id,
      facts,
      pid: numberHere(facts) ?? facts.pid,
      record,
      names,
      runId: () => runIdIn(writer.run),
      state: 'open',
      followUp: undefined,
      isFollowUp: this.#granted.has(folder.id),
    }
    const [last] = mine
      .filter(({ stream }) => stream !== undefined)
      .sort((a, b) => b.notedMs - a.notedMs || b.next - a.next)
    // What one before has written is looked for before anything is written, and before any of it can be let go.
    if (last?.stream !== undefined)
      record.already = await Already.in(files, folder.streams, last.stream, last.next)
    this.#sessions.add(session)
    this.#parts.begun()
    return session
  }

  /** Reads all that is there for it, as long as there is time. */
  async #conclude(session: Recorded, folder: Found['folder']): Promise<void> {
    const { clock } = this.#parts
    if (readControl(folder)?.state === 'quiet') session.state = 'quiet'
    else {
      this.#find(this.#isOver)
      const until = clock.monotonicMs() + limits.tensorboardEndMs
      for (const file of this.#files.values()) {
        while (session.state === 'open' && this.#read(file) === 'more') {
          if (clock.monotonicMs() >= until) {
            session.record.tell(`there was no time to read all of ${file.path}`)
            break
          }
          await new Promise((resolve) => setImmediate(resolve))
        }
      }
      session.state = 'over'
    }
    session.record.close()
    // How it ended says more, where that is known.
    if (this.#endless.has(session.id) && lifeOf(session.facts) === 'gone') session.record.end()
  }

  #find(last: boolean): void {
    const { clock, wrapped, told } = this.#parts
    const before = process.cpuUsage()
    try {
      this.#members.look([...(wrapped === undefined ? [] : [wrapped.pid]), ...this.#sessions.pids])
      for (const found of this.#finder.look(last)) this.#follow(found)
    } catch (error) {
      told(`looking for event files: ${reasonOf(error)}`)
    }
    if (this.#finder.isFull && !this.#toldFull) {
      this.#toldFull = true
      told(
        `--tensorboard: of more than ${limits.tensorboardFoldersMax} folders the rest is not looked through`,
      )
    }
    // On a machine that has no time for us it is its own time that counts.
    const { user, system } = process.cpuUsage(before)
    const now = clock.monotonicMs()
    const wanted = Math.max((now - this.#beganMs) / 4, ((user + system) / 1000) * findShare)
    this.#findAt = now + Math.min(Math.max(wanted, findMinMs), findMaxMs)
  }

  #follow({ file, owner }: FoundFile): void {
    if (this.#files.has(file)) return
    if (owner === undefined && isTakenBeside(this.#parts.tree.root, file)) return
    if (this.#files.size >= limits.tensorboardFilesMax) this.#letGo()
    if (this.#files.size >= limits.tensorboardFilesMax) {
      this.#parts.told(
        `${limits.tensorboardFilesMax} event files are followed at once; ${file} is not recorded`,
      )
      return
    }
    this.#files.set(file, new EventFile(file, owner))
  }

  /** Those that nobody writes any more, and that are read. */
  #letGo(): void {
    for (const [name, file] of this.#files) {
      if (!file.isOver) continue
      file.close()
      this.#files.delete(name)
    }
  }

  #goOnWith({ path: file, pid, start, offset, head }: FileState): void {
    this.#finder.know(file)
    const member = this.#members.get(pid)
    const owner = member?.start === start ? member : gone(pid, start)
    this.#files.set(file, new EventFile(file, pid === 0 ? undefined : owner, offset, head))
  }

  #readAll(): void {
    const { clock, begun } = this.#parts
    for (const { record, state } of this.#sessions.all) if (state === 'open') record.look()
    let more = false
    for (const file of this.#files.values()) if (this.#read(file) === 'more') more = true
    this.#readAt = more ? 0 : clock.monotonicMs() + readEveryMs
    if (more) begun()
  }

  #read(file: EventFile): ReadOutcome {
    try {
      return this.#reading.read(file, this.#isGone(file.owner))
    } catch (error) {
      this.#parts.told(`${file.path} is not read on: ${reasonOf(error)}`)
      file.isOver = true
      return 'all'
    }
  }

  #isGone(owner: Member | undefined): boolean {
    // As the last look for files has seen it.
    return owner === undefined ? this.#isOver : this.#members.get(owner.pid)?.start !== owner.start
  }

  #note({ path: file, head, owner, cursor, folder }: EventFile, session: Recorded | undefined): void {
    writeState(this.#states, {
      path: file,
      head,
      offset: cursor.offset,
      pid: owner?.pid ?? 0,
      start: owner?.start ?? 0,
      session: session?.id,
      base: session?.names.base,
      context: session?.names.contextOf(folder),
      stream: session?.record.position.stream,
      next: session?.record.position.next ?? 0,
      notedMs: Date.now(),
    })
  }

  #late({ path: file }: EventFile, session: Recorded, sinceUs: number | undefined): void {
    if (session.followUp !== undefined) return
    session.followUp = grantBehind(this.#parts.tree, session.facts, {
      informedBy: session.runId(),
      sinceUs,
    })
    this.#granted.add(session.followUp)
    this.#endless.add(session.followUp)
    this.#parts.told(
      `what TensorBoard's writer wrote behind the end of its run is a run of its own: close it before end_run (${file})`,
    )
    this.#parts.begun()
  }

  /** Of a process that has begun no session: one is begun for it when nobody does within a while. */
  #unclaimed(file: EventFile): void {
    const { clock, wrapped, tree } = this.#parts
    const now = clock.monotonicMs()
    file.waitsSinceMs ??= now
    const waits = !this.#isOver && now - file.waitsSinceMs < limits.tensorboardWaitMs
    if (wrapped === undefined || waits) return
    const writer = file.owner === undefined ? this.#members.ever(wrapped.pid) : workerOf(file.owner)
    if (writer === undefined || this.#granted.has(`${writer.pid}.${writer.start}`)) return
    this.#granted.add(`${writer.pid}.${writer.start}`)
    const session = grantFor(tree, writer, wrapped)
    if (writer.pid !== wrapped.pid) this.#endless.add(session)
    this.#parts.begun()
  }
}

/** Of a process that has ended before this agent began. */
function gone(pid: number, start: number): Member {
  return { pid, start, innerPid: pid, parents: [], variables: {}, directory: undefined, argv: [] }
}
