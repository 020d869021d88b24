import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { systemFiles } from '@provloom/shared'
import type { Artifact } from '@provloom/shared'
import { onTestFinished } from 'vitest'
import { readSession } from '../../src/session/facts.ts'
import type { EventSource, SourceWriter } from '../../src/source/event-source.ts'
import type { Fact } from '../../src/spool/own-stream.ts'
import { EventFiles } from '../../src/tensorboard/event-files.ts'
import { beginSession } from '../../src/tree/begin-session.ts'
import { treeFolderAt } from '../../src/tree/folder.ts'
import type { TreeFacts, TreeFolder } from '../../src/tree/folder.ts'
import { pidNamespace, startOf } from '../../src/tree/processes.ts'
import { readSpoolStreams, sessionsOf } from '../client/spool.ts'
import type { Point } from '../client/spool.ts'
import { ManualClock } from './clock.ts'
import { framed, version } from './event-file.ts'
import { freshFolder } from './place.ts'

/** Where a session's source writes, and what it has said there. */
export class Writer implements SourceWriter {
  readonly run = '0190a6e0-0000-7000-8000-000000000001'
  readonly said: Fact[] = []
  readonly kept: Artifact[] = []

  record(fact: Fact): boolean {
    this.said.push(fact)
    return true
  }

  measure(): void {}

  keep(artifact: Artifact): void {
    this.kept.push(artifact)
  }

  get problems(): string[] {
    return this.said.flatMap((fact) => (fact.type === 'problem' ? [fact.message] : []))
  }
}

export interface SceneOptions {
  readonly named?: string
  readonly isAlone?: boolean
  readonly plain?: boolean
}

/** A tree whose command is this very process, which writes event files. */
export class Scene {
  readonly clock = new ManualClock()
  readonly logs: string = freshFolder()
  readonly told: string[] = []
  readonly tree: TreeFolder = treeFolderAt(path.join(freshFolder(), 'tree'))
  readonly #options: SceneOptions
  #count = 0
  files: EventFiles

  constructor(options: SceneOptions = {}) {
    this.#options = { named: this.logs, ...options }
    fs.mkdirSync(this.tree.sessions, { recursive: true })
    this.files = this.agent()
    onTestFinished(() => this.files.close())
  }

  /** Another agent of the tree. */
  agent(): EventFiles {
    const { clock, tree } = this
    const { named, isAlone = true, plain = false } = this.#options
    const self = { pid: process.pid, start: startOf(process.pid) }
    const startedUs = clock.nowUs() - 5_000_000
    const facts: TreeFacts = {
      ...self,
      createdUs: startedUs,
      key: 'tree',
      launcherMark: '',
      host: os.hostname(),
      hostId: 'here',
      uid: 0,
      pidNamespace: pidNamespace(),
      by: plain ? 'client' : 'agent',
      version: '0',
    }
    this.files = new EventFiles({
      clock,
      files: systemFiles(),
      tree,
      facts,
      wrapped: plain ? undefined : { ...self, argv: ['python', 'train.py'], startedUs },
      named,
      isAlone: () => isAlone,
      tells: () => true,
      begun: () => {},
      told: (message) => this.told.push(message),
    })
    return this.files
  }

  /** A session of this process, as its client begins one. */
  session(openedUs = this.clock.nowUs()): {
    readonly root: string
    readonly writer: Writer
    readonly source: EventSource
  } {
    const session = `${String(++this.#count).padStart(2, '0')}${'0'.repeat(14)}`
    const { root } = beginSession(this.tree, {
      session,
      seq: 0,
      pid: process.pid,
      start: startOf(process.pid),
      pidNamespace: pidNamespace(),
      parents: [],
      openedUs,
      host: os.hostname(),
      hostId: 'here',
      uid: 0,
      argv: ['python', 'train.py'],
      executable: 'python',
      directory: '/',
      environment: {},
    })
    return { root, ...this.serve(root) }
  }

  /** Serves a session that is there. */
  serve(root: string): { readonly writer: Writer; readonly source: EventSource } {
    const writer = new Writer()
    const source = this.files.sourceOf(readSession(root))
    source.start(writer)
    return { writer, source }
  }

  get sessions(): string[] {
    return sessionsOf(this.tree.root)
  }

  /** Begins an event file of this process. @returns its path */
  file(
    folder = '.',
    more: { readonly number?: number; readonly pid?: number | ''; readonly agoSeconds?: number } = {},
  ): string {
    const { number = 0, pid = process.pid, agoSeconds = 0 } = more
    const place = path.join(this.logs, folder)
    fs.mkdirSync(place, { recursive: true })
    const seconds = Math.floor(this.clock.nowUs() / 1e6) - agoSeconds
    const whose = pid === '' ? '' : `.${pid}.${number}`
    const file = path.join(place, `events.out.tfevents.${seconds}.${os.hostname()}${whose}`)
    fs.writeFileSync(file, framed(version(this.seconds)))
    return file
  }

  /** Now. */
  get seconds(): number {
    return this.clock.nowUs() / 1e6
  }

  /** Passes time, and looks. */
  look(ms = 11_000): void {
    this.clock.advance(ms)
    this.files.look()
  }

  async points(root: string): Promise<Point[]> {
    const streams = await readSpoolStreams(root)
    return streams.flatMap(({ points }) => points)
  }
}

export function append(file: string, ...records: readonly Buffer[]): void {
  fs.appendFileSync(file, Buffer.concat(records.map((one) => framed(one))))
}
