import { reasonOf } from '@provloom/shared'
import type { Place } from '../place/place.ts'
import type { Variables } from '../place/variables.ts'
import type { Fact } from '../spool/own-stream.ts'
import { isInContainer } from './container.ts'
import { environmentFact } from './environment.ts'
import { energyNote, folderFacts, hostAnswers, hostFact } from './host/host.ts'
import type { HostAnswers } from './host/host.ts'
import { codeFolderOf } from './installed.ts'
import { interpreterOf } from './interpreter.ts'
import { sourceFact } from './source-code.ts'

/** What is asked about: a process, by how it was started. */
export interface Subject {
  readonly argv: readonly string[]
  readonly directory: string
  readonly variables: Variables
}

/**
 * Facts that cost programs to find out: asked once for a tree, however many of its sessions want them. The same question
 * is one with the same argv, folder and search path; what the machine is, is asked once.
 */
export class Facts {
  readonly #asking = new AbortController()
  readonly #answers = new Map<string, readonly Promise<readonly Fact[]>[]>()
  #host: Promise<HostAnswers> | undefined

  /** Begins to ask, so that all is known by the end of a script of half a second. */
  begin(subject: Subject, place: Place): void {
    if (tellsOfHost(place)) void this.#askHost(subject.variables)
    void this.#askCommand(subject)
  }

  /**
   * Tells each fact when it is known. Never rejects: what could not be asked is among the facts.
   *
   * @param saveDir where the run is saved; undefined: another rank of the machine has its programs asked
   */
  async ask(subject: Subject, saveDir: string | undefined, tell: (fact: Fact) => void): Promise<void> {
    const answers = [told(this.#hostFacts(subject, saveDir)), ...this.#askCommand(subject)]
    await Promise.all(answers.map(async (answer) => (await answer).forEach(tell)))
  }

  stop(): void {
    this.#asking.abort()
  }

  #askCommand(subject: Subject): readonly Promise<readonly Fact[]>[] {
    const { argv, directory, variables } = subject
    const mark = JSON.stringify([
      argv,
      directory,
      variables['PATH'],
      variables['PYTHONPATH'],
      variables['VIRTUAL_ENV'],
    ])
    const known = this.#answers.get(mark)
    if (known !== undefined) return known
    const { signal } = this.#asking
    const answers = [
      told(listOf(sourceFact(codeFolderOf(argv, directory), variables, signal))),
      told(environmentFacts(subject, signal)),
    ]
    this.#answers.set(mark, answers)
    return answers
  }

  #askHost(variables: Variables): Promise<HostAnswers> {
    return (this.#host ??= hostAnswers(variables, this.#asking.signal))
  }

  async #hostFacts({ directory, variables }: Subject, saveDir: string | undefined): Promise<readonly Fact[]> {
    const inside = isInContainer(variables) ? { container: true } : {}
    if (saveDir === undefined) return [{ ...hostFact(inside), ...energyNote() }]
    const { facts, mounts, whole } = await this.#askHost(variables)
    const folders = await folderFacts({ work: directory, save: saveDir }, mounts)
    const fact = { ...hostFact({ ...facts, ...folders, ...inside }), ...energyNote() }
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

async function environmentFacts(subject: Subject, signal: AbortSignal): Promise<readonly Fact[]> {
  const { argv, directory, variables } = subject
  const interpreter = interpreterOf(argv, directory)
  const fact = await environmentFact(argv, directory, variables, signal)
  if (interpreter.kind === 'other' || fact.version !== undefined) return [fact]
  const message = `version and packages are missing: ${interpreter.program} did not tell them, or not in time`
  return [fact, { type: 'problem', code: 'FACTS', message }]
}

async function listOf(asked: Promise<Fact | undefined>): Promise<readonly Fact[]> {
  const fact = await asked
  return fact === undefined ? [] : [fact]
}

async function told(asked: Promise<readonly Fact[]>): Promise<readonly Fact[]> {
  try {
    return await asked
  } catch (error) {
    return [{ type: 'problem', code: 'FACTS', message: `some facts are missing: ${reasonOf(error)}` }]
  }
}
