import { limits } from '@provloom/shared'
import { prov } from '@provloom/prov'
import type { QName } from '@provloom/prov'
import { packageKey, shownPackages } from '../apply/package.ts'
import { paramKeyOf } from '../apply/share.ts'
import { isCode } from '../apply/shared-id.ts'
import { instant } from '../instant.ts'
import { term } from '../space.ts'
import type { EventOf, SharedState } from '../state.ts'
import { Facts } from './facts.ts'
import { inputRecords } from './input.ts'
import { ownerName, runName, sharedName } from './names.ts'
import { packageName, termName } from './term.ts'
import { paramValue } from './value.ts'
import type { Keyed, View } from './view.ts'
import { entity, relation } from './view.ts'
import { commandWords } from './words.ts'

/** What ranks have alike: one entity for each content. Who used it is told with who did. */
export function sharedRecords(view: View, key: string): Keyed[] {
  const shared = view.state.shared.get(key)
  if (shared === undefined) return []
  const { facts } = shared
  const id = sharedName(view, key, shared)
  switch (facts.type) {
    case 'param':
      return [entity(id, paramFacts(view, facts, shared).list), ...maker(view, id, shared)]
    case 'dataset':
      return [entity(id, datasetFacts(view, facts, shared).list), ...maker(view, id, shared)]
    case 'command':
      return [entity(id, commandFacts(facts).list)]
    case 'environment':
      return environmentRecords(view, id, facts, shared)
    case 'artifact':
      return inputRecords(view, id, shared)
    // The model, and the source with what belongs to it, are things of their own.
    case 'model':
    case 'source':
      return []
  }
}

/** An output has one maker: who told it, or where several did the run. */
function maker(view: View, id: QName, { direction, members }: SharedState): Keyed[] {
  const [first] = members
  if (direction === 'input' || first === undefined) return []
  const [owner, time] = first
  const times = [...members.values()]
  return members.size === 1
    ? [relation('wasGeneratedBy', { entity: id, activity: ownerName(view, owner) }, instant(time))]
    : [relation('wasGeneratedBy', { entity: id, activity: runName(view) }, instant(Math.min(...times)))]
}

/** What was set; or what came out, which is no setting of anything. */
function paramFacts(view: View, facts: EventOf<'param'>, { direction }: SharedState): Facts {
  const value = paramValue(facts.valueType, facts.value)
  const made = new Facts().label(facts.key)
  if (direction === 'output') made.type(term('provloom', 'Output')).add([prov('value'), value])
  else
    made
      .type(term('mls', 'HyperParameterSetting'))
      .add([prov('value'), value])
      .add([term('mls', 'hasValue'), value])
      .link('mls', 'specifiedBy', termName(view, `p${facts.key}`))
  made.text('source', facts.source)
  if (facts.valueType === 'json' || facts.valueType === 'null') made.text('valueType', facts.valueType)
  if ((view.state.params.get(paramKeyOf(facts))?.length ?? 0) > 1) made.flag('conflict', true)
  return made
}

function datasetFacts(view: View, facts: EventOf<'dataset'>, { files }: SharedState): Facts {
  const read = files.flatMap((file) => view.state.stored.get(file)?.event ?? [])
  const digests = digestsOf([facts, ...read], 'sha256')
  const parts = digestsOf(read, 'partialSha256')
  const whole = read.find((one) => one.sha256 !== undefined || one.partialSha256 !== undefined)
  const contents = Math.max(digests.length, parts.length)
  const problems = new Set(read.flatMap(({ problem }) => problem ?? []))
  if (contents > 1) problems.add(`under this name and path there were ${contents} contents`)
  const made = new Facts()
    .label(facts.label)
    .type(term('mls', 'Dataset'), term('schema', 'Dataset'))
    .location(facts.path)
    .int('size', facts.size ?? whole?.size)
    .int('files', whole?.files)
  for (const digest of digests) made.word('schema', 'sha256', digest)
  return made
    .texts('partialSha256', parts)
    .int('hashedFiles', whole?.hashedFiles)
    .int('hashedBytes', whole?.hashedBytes)
    .int('samples', facts.samples)
    .int('batches', facts.batches)
    .int('batchSize', facts.batchSize)
    .int('workers', facts.workers)
    .flag('shuffle', facts.shuffle)
    .text('split', facts.split)
    .text('className', facts.className)
    .text('digest', facts.digest)
    .text('uri', facts.uri)
    .text('sourceType', facts.sourceType)
    .text('schema', facts.schema)
    .text('source', facts.source)
    .texts('problem', [...problems].sort())
}

function digestsOf<Name extends string>(
  all: readonly { readonly [Each in Name]?: string }[],
  name: Name,
): string[] {
  return [...new Set(all.flatMap((one) => one[name] ?? []))].sort()
}

function commandFacts(facts: EventOf<'command'>): Facts {
  return new Facts()
    .label(commandWords(facts.argv))
    .type(prov('Plan'))
    .text('argv', JSON.stringify(facts.argv))
    .text('directory', facts.directory)
}

function environmentRecords(
  view: View,
  id: QName,
  facts: EventOf<'environment'>,
  shared: SharedState,
): Keyed[] {
  const shown = shownPackages(facts)
  const all = facts.packages === undefined ? undefined : Object.keys(facts.packages).length
  const interpreter = [facts.interpreter, facts.version].filter((part) => part !== undefined).join(' ')
  const variables = [...shared.variables].sort(([a], [b]) => (a < b ? -1 : 1))
  const made = new Facts()
    .label(interpreter === '' ? (facts.platform ?? 'environment') : interpreter)
    .type(prov('Collection'), term('provloom', 'Environment'))
    .text('interpreter', facts.interpreter)
    .text('version', facts.version)
    .text('platform', facts.platform)
    .text('container', facts.container)
    .text('modules', facts.modules)
    .text('packagesSha256', facts.packagesSha256)
    .int('packages', all)
    .int(
      'packagesLeftOut',
      all === undefined || all <= limits.packagesShownMax ? undefined : all - shown.length,
    )
    .texts(
      'variable',
      variables.flatMap(([name, value]) => (value === null ? [] : [`${name}=${value}`])),
    )
    .texts(
      'variableOfRank',
      variables.flatMap(([name, value]) => (value === null ? [name] : [])),
    )
  const members = shown.map((one) => packageName(view, packageKey(one)))
  return [
    entity(id, made.list),
    ...members.flatMap((one) =>
      one === undefined ? [] : [relation('hadMember', { collection: id, entity: one })],
    ),
  ]
}

/** The run's source: what git says of its work tree, from which its script, diff and files unknown to git came. */
export function sourceRecords(view: View): Keyed[] {
  const { state, sources, space } = view
  return sources.list.flatMap((source) => {
    const id = space.run(sources.list.length === 1 ? 'source' : source.id)
    const files = sources.files.flatMap((key) => {
      const shared = state.shared.get(key)
      if (shared === undefined || !isCode(shared.facts)) return []
      const ranks = [...shared.members.keys()].map((owner) => state.contexts.get(owner)?.rankKey ?? owner)
      return ranks.some((rank) => source.members.has(rank)) ? [sharedName(view, key, shared)] : []
    })
    return [
      entity(id, sourceFacts(source.facts, source.problems).list),
      ...files.map((file) => relation('wasDerivedFrom', { generatedEntity: id, usedEntity: file })),
    ]
  })
}

function sourceFacts(facts: EventOf<'source'>, problems: readonly string[]): Facts {
  const remote = facts.remote?.replace(/^[a-z+]+:\/\//, '').replace(/\.git$/, '')
  const where = remote ?? facts.path ?? 'source code'
  return new Facts()
    .label(facts.commit === undefined ? where : `${where}@${facts.commit.slice(0, 10)}`)
    .type(term('mls', 'Implementation'), term('schema', 'SoftwareSourceCode'))
    .word('schema', 'name', where.replace(/^.*[/\\]/, ''))
    .word('schema', 'codeRepository', facts.remote)
    .location(facts.path)
    .text('commit', facts.commit)
    .text('branch', facts.branch)
    .flag('dirty', facts.dirty)
    .text('diffSha256', facts.diffSha256)
    .int('untrackedOthers', facts.untrackedOthers)
    .texts('problem', problems)
}
