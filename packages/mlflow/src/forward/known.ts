import fs from 'node:fs'
import path from 'node:path'
import { fieldsIn, isCount } from '@provloom/shared'

/** What a run, or a model, is on the server. */
export interface There {
  readonly id: string
  readonly artifactUri: string
  /** Where we have told our client that its artifacts are. */
  readonly ours: string
}

/**
 * What is known of the server, on disk beside what is to be handed on: `known.jsonl`, a line for each experiment, run and
 * model that is there, and `next`, the number of the first entry that is not handed on. One that is killed between the server's
 * answer and its line finds what it has made by the tag it has.
 */
export class Known {
  readonly #file: string
  readonly #nextFile: string
  readonly #experiments = new Map<string, string>()
  /** Null: not to be handed on. */
  readonly #runs = new Map<string, There | null>()
  readonly #models = new Map<string, There | null>()
  /** By each of our ids, the server's. */
  readonly #ids = new Map<string, string>()
  next = 0

  constructor(folder: string) {
    this.#file = path.join(folder, 'known.jsonl')
    this.#nextFile = path.join(folder, 'next')
    const next = Number(textAt(this.#nextFile))
    if (isCount(next)) this.next = next
    for (const line of textAt(this.#file).split('\n')) this.#read(line)
  }

  experiment(name: string): string | undefined {
    return this.#experiments.get(name)
  }

  run(key: string): There | null | undefined {
    return this.#runs.get(key)
  }

  model(id: string): There | null | undefined {
    return this.#models.get(id)
  }

  noteExperiment(name: string, id: string): void {
    this.#note({ kind: 'experiment', key: name, id })
  }

  noteRun(key: string, there: There | null): void {
    this.#note({ kind: 'run', key, ...there })
  }

  noteModel(id: string, there: There | null): void {
    this.#note({ kind: 'model', key: id, ...there })
  }

  /** With the server's ids in place of ours, and its places: what refers to another run does so there too. */
  renamed(text: string): string {
    const ids = text.replaceAll(/(?:m-)?[0-9a-f]{32}/g, (id) => this.#ids.get(id) ?? id)
    return ids
  }

  /** An artifact URI of ours, or of a file below it, as it is there. */
  place(uri: string): string {
    for (const one of [...this.#models.values(), ...this.#runs.values()])
      if (one !== null && (uri === one.ours || uri.startsWith(`${one.ours}/`)))
        return `${one.artifactUri}${uri.slice(one.ours.length)}`
    return this.renamed(uri)
  }

  /** All below it is handed on. */
  move(next: number): void {
    this.next = next
    const beside = `${this.#nextFile}.tmp`
    try {
      fs.writeFileSync(beside, String(next), { mode: 0o600 })
      fs.renameSync(beside, this.#nextFile)
    } catch {
      // Asked again after a restart, and found to be there.
    }
  }

  #note(line: Readonly<Record<string, string>>): void {
    const text = JSON.stringify(line)
    this.#read(text)
    try {
      fs.appendFileSync(this.#file, `${text}\n`, { mode: 0o600 })
    } catch {
      // The server is asked again after a restart.
    }
  }

  #read(line: string): void {
    const fields = fieldsIn(line)
    const text = (name: string): string => {
      const value = fields.get(name)
      return typeof value === 'string' ? value : ''
    }
    const [kind, key, id] = [text('kind'), text('key'), text('id')]
    if (kind === 'experiment') this.#experiments.set(key, id)
    if (kind !== 'run' && kind !== 'model') return
    const there = id === '' ? null : { id, artifactUri: text('artifactUri'), ours: text('ours') }
    const map = kind === 'run' ? this.#runs : this.#models
    map.set(key, there)
    if (there !== null) this.#ids.set(key.replace(/\/-?\d+$/, ''), id)
  }
}

function textAt(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
