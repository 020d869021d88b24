import { createHash } from 'node:crypto'
import { unknown } from '../fault.ts'
import type { Experiment, LifecycleStage, Pair } from '../record.ts'

/** Of who names no experiment: its runs go by the script's name. */
export const defaultExperiment = '0'

/** Experiments by their ids, which their names make: every rank has the same. */
export class Experiments {
  readonly #rootUri: string
  readonly #all = new Map<string, Experiment>()

  /** @param rootUri where their artifacts are */
  constructor(rootUri: string) {
    this.#rootUri = rootUri
    this.#add(defaultExperiment, 'Default', undefined, [])
  }

  get all(): readonly Experiment[] {
    return [...this.#all.values()]
  }

  byName(name: string): Experiment | undefined {
    return this.all.find((one) => one.name === name)
  }

  /** One that is there is the one: two ranks may make it at once. */
  make(name: string, location: string | undefined, tags: readonly Pair[]): Experiment {
    return this.byName(name) ?? this.#add(experimentIdOf(name), name, location, tags)
  }

  /** An id that nobody has given out is of a server that the script knew before: `MLFLOW_EXPERIMENT_ID`. */
  get(id: string): Experiment {
    return this.#all.get(id) ?? this.#add(id, `experiment ${id}`, undefined, [])
  }

  /** Whether runs of it go by its name. */
  nameFor(id: string): string | undefined {
    return id === defaultExperiment ? undefined : this.get(id).name
  }

  setTag(id: string, { key, value }: Pair): void {
    const before = this.get(id)
    this.#change(before, { tags: new Map([...before.tags, [key, value]]) })
  }

  deleteTag(id: string, key: string): void {
    const before = this.get(id)
    this.#change(before, { tags: new Map([...before.tags].filter(([name]) => name !== key)) })
  }

  rename(id: string, name: string): void {
    this.#change(this.#known(id), { name })
  }

  move(id: string, lifecycleStage: LifecycleStage): void {
    this.#change(this.#known(id), { lifecycleStage })
  }

  #known(id: string): Experiment {
    const found = this.#all.get(id)
    if (found === undefined) throw unknown('Experiment', id)
    return found
  }

  #change(before: Experiment, change: Partial<Experiment>): void {
    this.#all.set(before.experimentId, { ...before, ...change, lastUpdateTime: Date.now() })
  }

  #add(id: string, name: string, location: string | undefined, tags: readonly Pair[]): Experiment {
    const now = Date.now()
    const made: Experiment = {
      experimentId: id,
      name,
      artifactLocation: location ?? `${this.#rootUri}/${id}`,
      lifecycleStage: 'active',
      creationTime: now,
      lastUpdateTime: now,
      tags: new Map(tags.map(({ key, value }) => [key, value])),
    }
    this.#all.set(id, made)
    return made
  }
}

/** 15 digits, as MLflow's file store has them: a number to every client. */
export function experimentIdOf(name: string): string {
  const hash = createHash('sha256').update(name).digest()
  return String(10 ** 14 + (hash.readUIntBE(0, 6) % (9 * 10 ** 14)))
}
