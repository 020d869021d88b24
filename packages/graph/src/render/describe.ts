import { limits } from '@provloom/shared'
import { prov } from '@provloom/prov'
import type { QName } from '@provloom/prov'
import type { ArtifactKind } from '@provloom/shared'
import { term } from '../space.ts'
import type { EventOf, SharedState } from '../state.ts'
import { Facts } from './facts.ts'
import { paramValue } from './value.ts'
import type { View } from './view.ts'
import { commandWords } from './words.ts'

/** The attributes of what ranks have alike. */
export function sharedFacts(view: View, shared: SharedState): Facts {
  const { facts } = shared
  switch (facts.type) {
    case 'param':
      return paramFacts(facts)
    case 'dataset':
      return datasetFacts(facts)
    case 'model':
      return modelFacts(facts)
    case 'command':
      return new Facts()
        .label(commandWords(facts.argv))
        .type(prov('Plan'), term('provloom', 'Command'))
        .text('argv', JSON.stringify(facts.argv))
        .text('directory', facts.directory)
    case 'source':
      return sourceFacts(facts)
    case 'environment':
      return environmentFacts(facts, shared)
    case 'artifact':
      return inputFacts(view, facts, shared)
  }
}

function paramFacts(facts: EventOf<'param'>): Facts {
  const made = new Facts()
    .label(facts.key)
    .type(term('mls', 'HyperParameterSetting'))
    .add([prov('value'), paramValue(facts.valueType, facts.value)])
    .text('context', facts.context)
    .text('source', facts.source)
  return facts.valueType === 'json' || facts.valueType === 'null'
    ? made.text('valueType', facts.valueType)
    : made
}

function datasetFacts(facts: EventOf<'dataset'>): Facts {
  return new Facts()
    .label(facts.label)
    .type(term('mls', 'Dataset'), term('schema', 'Dataset'))
    .text('path', facts.path)
    .int('size', facts.size)
    .text('sha256', facts.sha256)
    .int('samples', facts.samples)
    .int('batches', facts.batches)
    .int('batchSize', facts.batchSize)
    .int('workers', facts.workers)
    .flag('shuffle', facts.shuffle)
    .text('split', facts.split)
    .text('className', facts.className)
    .text('context', facts.context)
    .text('source', facts.source)
}

function modelFacts(facts: EventOf<'model'>): Facts {
  return new Facts()
    .label(facts.name)
    .type(term('mls', 'Model'))
    .text('className', facts.className)
    .int('parameters', facts.parameters)
    .int('trainableParameters', facts.trainableParameters)
    .int('bytes', facts.bytes)
    .text('layers', facts.layers)
    .text('context', facts.context)
    .text('source', facts.source)
}

function sourceFacts(facts: EventOf<'source'>): Facts {
  const remote = facts.remote?.replace(/^[a-z+]+:\/\//, '').replace(/\.git$/, '')
  const where = remote ?? facts.path ?? 'source code'
  return new Facts()
    .label(facts.commit === undefined ? where : `${where}@${facts.commit.slice(0, 10)}`)
    .type(term('schema', 'SoftwareSourceCode'))
    .text('remote', facts.remote)
    .text('commit', facts.commit)
    .text('branch', facts.branch)
    .flag('dirty', facts.dirty)
    .text('diffSha256', facts.diffSha256)
    .text('path', facts.path)
    .text('problem', facts.problem)
}

function environmentFacts(facts: EventOf<'environment'>, shared: SharedState): Facts {
  const packages = Object.entries(facts.packages ?? {}).map(([name, version]) => `${name}==${version}`)
  const interpreter = [facts.interpreter, facts.version].filter((part) => part !== undefined).join(' ')
  const made = new Facts()
    .label(interpreter === '' ? (facts.platform ?? 'environment') : interpreter)
    .type(term('provloom', 'Environment'))
    .text('interpreter', facts.interpreter)
    .text('version', facts.version)
    .text('platform', facts.platform)
    .text('container', facts.container)
    .text('modules', facts.modules)
    .text('packagesSha256', facts.packagesSha256)
  if (facts.packages !== undefined)
    made.int('packages', packages.length).texts('package', packages.sort().slice(0, limits.packagesShownMax))
  const variables = [...shared.variables].sort(([a], [b]) => (a < b ? -1 : 1))
  return made
    .texts(
      'variable',
      variables.flatMap(([name, value]) => (value === null ? [] : [`${name}=${value}`])),
    )
    .texts(
      'variableOfRank',
      variables.flatMap(([name, value]) => (value === null ? [name] : [])),
    )
}

function inputFacts({ state }: View, facts: EventOf<'artifact'>, shared: SharedState): Facts {
  const stored = shared.files.flatMap((file) => state.stored.get(file) ?? [])
  const hashes = [...new Set(stored.flatMap(({ sha256 }) => sha256 ?? []))].sort()
  const problems = [facts, ...stored].flatMap(({ problem }) => problem ?? [])
  if (hashes.length > 1) problems.push(`under this name and path there were ${hashes.length} contents`)
  return fileFacts(facts)
    .int('size', facts.size ?? stored.find(({ size }) => size !== undefined)?.size)
    .texts('sha256', facts.sha256 === undefined ? hashes : [facts.sha256])
    .texts('storedAs', stored.flatMap(({ stored }) => stored ?? []).sort())
    .texts('problem', problems.sort())
}

/** What is told of a logged file when it is logged. */
export function fileFacts(facts: EventOf<'artifact'>): Facts {
  return new Facts()
    .label(facts.name)
    .type(...fileTypes(facts.kind))
    .text('path', facts.path)
    .text('link', facts.link)
    .text('mediaType', facts.mediaType)
    .text('source', facts.source)
}

function fileTypes(kind: ArtifactKind): QName[] {
  const file = term('provloom', 'Artifact')
  switch (kind) {
    case 'artifact':
      return [file]
    case 'model':
      return [file, term('mls', 'Model')]
    case 'checkpoint':
      return [file, term('mls', 'Model'), term('provloom', 'Checkpoint')]
    case 'dataset':
      return [file, term('mls', 'Dataset'), term('schema', 'Dataset')]
    case 'source':
    case 'script':
    case 'untracked':
      return [file, term('schema', 'SoftwareSourceCode')]
    case 'diff':
      return [file, term('provloom', 'Diff')]
    case 'input':
      return [file, term('provloom', 'Input')]
    case 'output':
      return [file, term('provloom', 'Output')]
  }
}
