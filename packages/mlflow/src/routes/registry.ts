import type { Json } from '../answer.ts'
import { unknown } from '../fault.ts'
import { either, get, post } from './route.ts'
import type { Said } from '../said.ts'
import type { Answering, Question, Route } from './route.ts'

interface Version {
  readonly name: string
  readonly version: number
  readonly source: string
  readonly runId: string
  readonly made: number
  readonly tags: Map<string, string>
  stage: string
  description: string
}

interface Registered {
  readonly name: string
  readonly made: number
  readonly versions: Version[]
  readonly aliases: Map<string, number>
  readonly tags: Map<string, string>
  description: string
}

/**
 * The model registry, answered: a client that is refused here ends its script after the training. It is this job's own and
 * gone with it.
 */
export function registryRoutes(said: (said: Said) => void): Route[] {
  const registry = new Registry()
  const change = (method: 'post' | 'patch', path: string, answer: Answering): Route => ({
    method,
    path,
    answer,
  })
  return [
    post('/registered-models/create', (question) => {
      const model = registry.make(question)
      said({ kind: 'registered', name: model.name })
      return { registered_model: modelJson(model) }
    }),
    get('/registered-models/get', (question) => ({ registered_model: modelJson(registry.model(question)) })),
    change('patch', '/registered-models/update', (question) => {
      const model = registry.model(question)
      model.description = question.asked.text('description') ?? model.description
      return { registered_model: modelJson(model) }
    }),
    ...either('/registered-models/search', () => ({ registered_models: registry.all.map(modelJson) })),
    ...either('/registered-models/get-latest-versions', (question) => {
      const last = registry.model(question).versions.at(-1)
      return { model_versions: last === undefined ? [] : [versionJson(last)] }
    }),
    post('/registered-models/set-tag', (question) => {
      const { key, value } = question.asked.pair()
      registry.model(question).tags.set(key, value)
      return {}
    }),
    post('/registered-models/alias', (question) => {
      const alias = question.asked.needed('alias')
      registry.model(question).aliases.set(alias, question.asked.integer('version') ?? 1)
      return {}
    }),
    get('/registered-models/alias', (question) => {
      const version = registry.model(question).aliases.get(question.asked.needed('alias'))
      return { model_version: versionJson(registry.version(question, version ?? 0)) }
    }),
    post('/model-versions/create', (question) => {
      const version = registry.add(question)
      const { name, source, runId } = version
      said({ kind: 'version', name, source, runId, modelId: question.asked.text('model_id') ?? '' })
      return { model_version: versionJson(version) }
    }),
    get('/model-versions/get', (question) => ({ model_version: versionJson(registry.version(question)) })),
    get('/model-versions/get-download-uri', (question) => ({
      artifact_uri: registry.version(question).source,
    })),
    change('patch', '/model-versions/update', (question) => {
      const version = registry.version(question)
      version.description = question.asked.text('description') ?? version.description
      return { model_version: versionJson(version) }
    }),
    post('/model-versions/transition-stage', (question) => {
      const version = registry.version(question)
      version.stage = question.asked.text('stage') ?? version.stage
      return { model_version: versionJson(version) }
    }),
    ...either('/model-versions/search', ({ asked }) => {
      const [, name] = /name\s*=\s*['"]([^'"]*)['"]/.exec(asked.text('filter') ?? '') ?? []
      const of = name === undefined ? registry.all : registry.all.filter((one) => one.name === name)
      return { model_versions: of.flatMap(({ versions }) => versions.map(versionJson)) }
    }),
    post('/model-versions/set-tag', (question) => {
      const { key, value } = question.asked.pair()
      registry.version(question).tags.set(key, value)
      return {}
    }),
  ]
}

/** Of runs that lie on disk nothing is registered: a client that looks finds nothing. */
export function emptyRegistry(): Route[] {
  const none = ({ asked }: Question): never => {
    throw unknown('Registered Model', asked.needed('name'))
  }
  return [
    ...either('/registered-models/search', () => ({ registered_models: [] })),
    ...either('/model-versions/search', () => ({ model_versions: [] })),
    get('/registered-models/get', none),
    get('/registered-models/alias', none),
    ...either('/registered-models/get-latest-versions', none),
    get('/model-versions/get', none),
    get('/model-versions/get-download-uri', none),
  ]
}

class Registry {
  readonly #models = new Map<string, Registered>()

  get all(): Registered[] {
    return [...this.#models.values()]
  }

  /** One that is there is the one: another run of the job may have made it. */
  make({ asked }: Question): Registered {
    const name = asked.needed('name')
    const made: Registered = this.#models.get(name) ?? {
      name,
      made: Date.now(),
      versions: [],
      aliases: new Map(),
      tags: new Map(asked.pairs('tags').map(({ key, value }) => [key, value])),
      description: asked.text('description') ?? '',
    }
    this.#models.set(name, made)
    return made
  }

  model({ asked }: Question): Registered {
    const name = asked.needed('name')
    const found = this.#models.get(name)
    if (found === undefined) throw unknown('Registered Model', name)
    return found
  }

  add(question: Question): Version {
    const { asked } = question
    const { name, versions } = this.make(question)
    const made: Version = {
      name,
      version: versions.length + 1,
      source: asked.text('source') ?? '',
      runId: asked.text('run_id') ?? '',
      made: Date.now(),
      tags: new Map(asked.pairs('tags').map(({ key, value }) => [key, value])),
      stage: 'None',
      description: asked.text('description') ?? '',
    }
    versions.push(made)
    return made
  }

  version(question: Question, number: number = question.asked.integer('version') ?? 0): Version {
    const { name, versions } = this.model(question)
    const found = versions[number - 1]
    if (found === undefined) throw unknown('Model Version', `${name}/${number}`)
    return found
  }
}

function modelJson({ name, made, versions, aliases, tags, description }: Registered): Json {
  const last = versions.at(-1)
  return {
    name,
    creation_timestamp: made,
    last_updated_timestamp: last?.made ?? made,
    description,
    latest_versions: last === undefined ? [] : [versionJson(last)],
    tags: [...tags].map(([key, value]) => ({ key, value })),
    aliases: [...aliases].map(([alias, version]) => ({ alias, version: String(version) })),
  }
}

function versionJson({ name, version, source, runId, made, tags, stage, description }: Version): Json {
  return {
    name,
    version: String(version),
    creation_timestamp: made,
    last_updated_timestamp: made,
    current_stage: stage,
    description,
    source,
    run_id: runId,
    status: 'READY',
    tags: [...tags].map(([key, value]) => ({ key, value })),
  }
}
