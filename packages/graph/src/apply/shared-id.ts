import { lastSlug, longHash, shortHash, slug } from '../name.ts'
import type { EventOf, SharedFacts } from '../state.ts'

/** Files of the code: the script, what git says was changed, what git does not know. */
export function isCode(facts: SharedFacts): boolean {
  return (
    facts.type === 'artifact' &&
    (facts.kind === 'script' || facts.kind === 'diff' || facts.kind === 'untracked')
  )
}

/** Files that are the work of all who trained, whoever wrote them. */
export function isModelFile({ kind, version }: EventOf<'artifact'>): boolean {
  return version !== undefined || kind === 'model' || kind === 'checkpoint'
}

/** A logged model is made by its rank; everything else that nothing is said of is used. */
export function directionOf(facts: SharedFacts): 'input' | 'output' {
  if (facts.type === 'param' || facts.type === 'dataset') return facts.direction ?? 'input'
  return 'input'
}

/** The identifier of what is known by this key. One command, source, script or diff alone goes without the hash. */
export function sharedId(facts: SharedFacts, key: string): string {
  switch (facts.type) {
    case 'param': {
      const name = facts.context === undefined ? slug(facts.key) : `${slug(facts.context)}.${slug(facts.key)}`
      return `${directionOf(facts) === 'output' ? 'output' : 'param'}.${name}.${longHash(key)}`
    }
    case 'dataset':
      return `dataset.${slug(facts.label)}.${shortHash(key)}`
    case 'model':
      return `model.${lastSlug(facts.name)}`
    case 'artifact':
      return fileId(facts, key)
    case 'source':
    case 'environment':
    case 'command':
      return `${facts.type}.${shortHash(key)}`
  }
}

function fileId({ kind }: EventOf<'artifact'>, key: string): string {
  if (kind === 'script') return `script.${shortHash(key)}`
  if (kind === 'diff') return `source.diff.${shortHash(key)}`
  if (kind === 'untracked') return `source.untracked.${shortHash(key)}`
  return `input.${longHash(key)}`
}
