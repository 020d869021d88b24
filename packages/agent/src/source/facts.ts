import fs from 'node:fs'
import path from 'node:path'
import { fieldsIn, fieldsOf, reasonOf } from '@provloom/shared'
import type { Place } from '../place/place.ts'
import type { Variables } from '../place/variables.ts'
import type { Fact } from '../spool/own-stream.ts'
import type { AskedOnce } from './asked-once.ts'
import { isInContainer } from './container.ts'
import { environmentFact } from './environment.ts'
import type { PythonTold } from './energy/other/codecarbon-tool.ts'
import { energyNote, folderFacts, hostAnswers, hostFact } from './host/host.ts'
import type { HostAnswers } from './host/host.ts'
import { codeOf } from './code.ts'
import type { Code } from './code.ts'
import { interpreterOf } from './interpreter.ts'
import { Interpreters } from './interpreters.ts'
import { recordCode } from './record-code.ts'
import type { CodeOwner } from './record-code.ts'
import { scriptOf } from './script.ts'

/** What is asked about: a process, by how it was started. */
export interface Subject {
  readonly argv: readonly string[]
  readonly directory: string
  readonly variables: Variables
  /** Its script, where it has said that itself. */
  readonly script?: string | undefined
}

/** The session that wants to know. */
export interface Asker extends CodeOwner {
  /** Where its run is saved. */
  readonly saveDir: string
  readonly wantsEnergy: boolean
  /** It tells what ranks of one machine have alike. */
  readonly tellsOfHost: boolean
}

/**
 * Facts that cost programs to find out: asked once for a tree, however many of its sessions want them, and what does not
 * hang on the session once by all agents of the machine. What the machine is, is asked once.
 */
export class Facts {
  readonly #asking = new AbortController()
  readonly #interpreters: Interpreters
  readonly #own: readonly string[]
  readonly #codes = new Map<string, Promise<Code>>()
  #host: Promise<HostAnswers> | undefined

  /**
   * @param once where other agents of the machine may have asked already
   * @param own folders that are ours: what lies in them is no change of the code
   */
  constructor(once?: AskedOnce, own: readonly string[] = []) {
    this.#interpreters = new Interpreters(once)
    this.#own = own
  }

  /** Begins to ask, so that all is known by the end of a script of half a second. */
  begin(subject: Subject, place: Place): void {
    if (tellsOfHost(place)) void this.#askHost(subject.variables)
    void told(this.#environmentFacts(subject))
    void this.#askCode(subject, tellsOfHost(place))
  }

  /**
   * Tells each fact when it is known. Never rejects: what could not be asked is among the facts.
   *
   * @param tell whether it is kept
   */
  async ask(subject: Subject, asker: Asker, tell: (fact: Fact) => boolean): Promise<void> {
    const answers = [told(this.#hostFacts(subject, asker)), told(this.#environmentFacts(subject))]
    await Promise.all([
      ...answers.map(async (answer) => (await answer).forEach(tell)),
      this.#tellCode(subject, asker, tell),
    ])
  }

  /** The interpreter of a script, as it says itself; undefined where it is no Python, or does not tell. */
  async python({ argv, directory, variables }: Subject): Promise<PythonTold | undefined> {
    const interpreter = interpreterOf(argv, directory)
    if (interpreter.kind !== 'python') return undefined
    const { signal } = this.#asking
    const told = fieldsIn(await this.#interpreters.ask({ interpreter, directory, variables }, signal))
    const file = told.get('interpreter')
    return typeof file === 'string'
      ? { interpreter: file, packages: fieldsOf(told.get('packages')) }
      : undefined
  }

  stop(): void {
    this.#asking.abort()
    this.#interpreters.leave()
  }

  async #tellCode(subject: Subject, asker: Asker, tell: (fact: Fact) => boolean): Promise<void> {
    try {
      recordCode(await this.#askCode(subject, asker.tellsOfHost), asker, tell)
    } catch (error) {
      tell(missing(error))
    }
  }

  /** @param whole one rank of a machine tells what is in no commit: the others' work tree is the same */
  #askCode({ argv, directory, variables, script: said }: Subject, whole: boolean): Promise<Code> {
    const script = said ?? scriptOf(argv, directory)
    const above = script === undefined ? undefined : path.dirname(script)
    const folder = above !== undefined && fs.existsSync(above) ? above : directory
    const mark = JSON.stringify([folder, script, whole, variables['PATH']])
    const known = this.#codes.get(mark)
    if (known !== undefined) return known
    const answer = codeOf(
      { folder, script, own: this.#ownOf(directory, variables) },
      variables,
      whole,
      this.#asking.signal,
    )
    answer.catch(() => {}) // Whoever wants to know is told.
    this.#codes.set(mark, answer)
    return answer
  }

  /** With where runs are saved, as far as it is known before a session says so: what is there by then is known by itself. */
  #ownOf(directory: string, variables: Variables): readonly string[] {
    return [...this.#own, path.resolve(directory, variables['PROVLOOM_PROVENANCE_SAVE_DIR'] ?? 'prov')]
  }

  /** Of each session by itself: ranks of one interpreter have variables of their own. */
  async #environmentFacts({ argv, directory, variables }: Subject): Promise<readonly Fact[]> {
    const interpreter = interpreterOf(argv, directory)
    const { signal } = this.#asking
    const fact = await environmentFact(argv, directory, variables, signal, this.#interpreters)
    if (interpreter.kind === 'other' || fact.version !== undefined) return [fact]
    const message = `version and packages are missing: ${interpreter.program} did not tell them, or not in time`
    return [fact, { type: 'problem', code: 'FACTS', message }]
  }

  #askHost(variables: Variables): Promise<HostAnswers> {
    return (this.#host ??= hostAnswers(variables, this.#asking.signal))
  }

  async #hostFacts(
    { directory, variables }: Subject,
    { saveDir, wantsEnergy, tellsOfHost: isAsked }: Asker,
  ): Promise<readonly Fact[]> {
    const inside = isInContainer(variables) ? { container: true } : {}
    const energy = energyNote(wantsEnergy)
    if (!isAsked) return [{ ...hostFact(inside), ...energy }]
    const { facts, mounts, whole } = await this.#askHost(variables)
    const folders = await folderFacts({ work: directory, save: saveDir }, mounts)
    const fact = { ...hostFact({ ...facts, ...folders, ...inside }), ...energy }
    if (whole) return [fact]
    const message =
      'facts of the machine are missing: the programs that know them failed, or took more than 5 s'
    return [fact, { type: 'problem', code: 'MACHINE', message }]
  }
}

/** One rank per host has its programs asked. Told twice is told once: those that do not know their place on it ask, each. */
export function tellsOfHost({ localRank }: Place): boolean {
  return localRank === undefined || localRank === 0
}

async function told(asked: Promise<readonly Fact[]>): Promise<readonly Fact[]> {
  try {
    return await asked
  } catch (error) {
    return [missing(error)]
  }
}

function missing(error: unknown): Fact {
  return { type: 'problem', code: 'FACTS', message: `some facts are missing: ${reasonOf(error)}` }
}
