import { reasonOf } from '@provloom/shared'
import type { Variables } from '../place/variables.ts'
import type { Fact } from '../spool/own-stream.ts'
import { environmentFact } from './environment.ts'
import { hostFact } from './host.ts'
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
 * is one with the same argv, folder and search path.
 */
export class Facts {
  readonly #asking = new AbortController()
  readonly #answers = new Map<string, Promise<readonly Fact[]>>()
  #host: Promise<readonly Fact[]> | undefined

  /** Never rejects: what could not be asked is among the facts. */
  ask(subject: Subject): Promise<readonly Fact[]> {
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
    const answer = this.#ask(subject)
    this.#answers.set(mark, answer)
    return answer
  }

  stop(): void {
    this.#asking.abort()
  }

  async #ask({ argv, directory, variables }: Subject): Promise<readonly Fact[]> {
    const { signal } = this.#asking
    const interpreter = interpreterOf(argv, directory)
    this.#host ??= told(hostFact(variables, signal))
    const answers = await Promise.all([
      this.#host,
      told(sourceFact(codeFolderOf(argv, directory), variables, signal)),
      told(environmentFact(argv, directory, variables, signal)),
    ])
    const all = answers.flat()
    const environment = all.find((fact) => fact.type === 'environment')
    if (interpreter.kind === 'other' || environment?.version !== undefined) return all
    const message = `version and packages are missing: ${interpreter.program} did not tell them, or not in time`
    return [...all, { type: 'problem', code: 'FACTS', message }]
  }
}

async function told(asked: Promise<Fact | undefined>): Promise<readonly Fact[]> {
  try {
    const fact = await asked
    return fact === undefined ? [] : [fact]
  } catch (error) {
    return [{ type: 'problem', code: 'FACTS', message: `some facts are missing: ${reasonOf(error)}` }]
  }
}
