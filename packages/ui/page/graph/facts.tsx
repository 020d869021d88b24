import type { GraphAnswer, GraphElement, LineageAnswer, LineageStep, RunAnswer } from '@provloom/reader'
import { apiAddress, runPath } from '../ask/ask.ts'
import { useAnswer } from '../ask/use-answer.ts'
import { addressOf } from '../model/address.ts'
import { bytes, digits, several } from '../model/format.ts'
import { Copy } from '../part/copy.tsx'
import { Verify } from '../part/verify.tsx'

interface FactsProps {
  readonly run: RunAnswer
  readonly graph: GraphAnswer
  readonly element: GraphElement | undefined
  readonly choose: (id: string) => void
}

/** What an element is, and its ways up and down in words; of a file over all runs of the folder. */
export function Facts({ run, graph, element, choose }: FactsProps): preact.JSX.Element {
  const id = element?.id
  const told = useAnswer<GraphAnswer>(
    id === undefined ? undefined : apiAddress(runPath(run.run, 'graph'), { at: id, up: 0, down: 0 }),
  )
  const file = fileOf(run, element)
  const lineage = useAnswer<LineageAnswer>(
    file?.sha256 === undefined ? undefined : apiAddress('lineage', { sha256: file.sha256 }),
  )
  if (element === undefined) return <Nothing run={run} graph={graph} choose={choose} />
  const chosen = told.answer?.chosen?.id === element.id ? told.answer.chosen : undefined
  const up = chosen?.up ?? []
  const down = [...(chosen?.down ?? []), ...(lineage.answer?.down ?? [])]
  return (
    <>
      <h2>
        {element.label} <small>{(element.types[0] ?? element.kind).replace(/^\w+:/, '')}</small>
      </h2>
      {element.count > 1 && <p class="soft">{several(element.count, 'element')} drawn as one</p>}
      <dl class="facts">
        {Object.entries(chosen?.facts ?? {}).flatMap(([name, value]) =>
          hidden.has(name) ? [] : [<Fact name={name} value={value} />],
        )}
        {file?.stored !== undefined && (
          <>
            <dt>whole?</dt>
            <dd>
              <Verify run={run.run} path={file.stored} sha256={file.sha256} />
            </dd>
          </>
        )}
        <dt>id</dt>
        <dd class="mono">{element.id}</dd>
      </dl>
      <Ways
        title="Where it comes from"
        steps={up}
        run={run.run}
        none="Nothing is recorded."
        choose={choose}
      />
      <Ways
        title="What was made from it"
        steps={uniqueOf(down)}
        run={run.run}
        none={`Nothing in ${lineage.answer === undefined ? 'this run' : `this folder’s ${several(lineage.answer.runs, 'run')}`}.`}
        choose={choose}
      />
      {file !== undefined && <pre class="line">provloom lineage {digits(file.sha256, 12) || file.name}</pre>}
    </>
  )
}

/** Said elsewhere. */
const hidden = new Set(['label', 'type', 'location'])

function Fact({
  name,
  value,
}: {
  readonly name: string
  readonly value: string | number | boolean
}): preact.JSX.Element {
  const isHash = /^[0-9a-f]{32,}$/.test(String(value))
  return (
    <>
      <dt>{name === 'contentUrl' ? 'file' : name}</dt>
      <dd class="mono" title={String(value)}>
        {isHash ? (
          <>
            {digits(String(value), 8)}… <Copy text={String(value)} />
          </>
        ) : /bytes|size/i.test(name) && typeof value === 'number' ? (
          bytes(value)
        ) : (
          String(value).slice(0, 400)
        )}
      </dd>
    </>
  )
}

function fileOf(run: RunAnswer, element: GraphElement | undefined): RunAnswer['outputs'][number] | undefined {
  if (element === undefined) return undefined
  return [...run.outputs, ...run.inputs].find(({ name }) => name === element.label)
}

function Nothing({ run, graph, choose }: Pick<FactsProps, 'run' | 'graph' | 'choose'>): preact.JSX.Element {
  const [last] = run.outputs
  return (
    <>
      <h2>{run.run}</h2>
      <p class="soft">
        Choose an element for its facts and where it comes from; <kbd>l</kbd> keeps only its lineage.
      </p>
      {last !== undefined && (
        <p>
          The last file is{' '}
          <button class="link" onClick={() => choose(last.name)}>
            {last.name}
          </button>
          .
        </p>
      )}
      <p class="soft">
        {several(graph.total.elements, 'element')} and {several(graph.total.relations, 'relation')} are in the
        document.
      </p>
    </>
  )
}

const words: Readonly<Record<LineageStep['what'], string>> = {
  version: 'before it',
  data: 'data',
  file: 'files',
  code: 'code',
  parameter: 'settings',
  environment: 'ran in',
  run: 'run',
  who: 'by',
  model: 'model',
}

function Ways(props: {
  readonly title: string
  readonly steps: readonly LineageStep[]
  readonly run: string
  readonly none: string
  readonly choose: (id: string) => void
}): preact.JSX.Element {
  const { title, steps, run, none, choose } = props
  const groups = new Map<string, LineageStep[]>()
  for (const one of steps.slice(0, 200)) {
    const name = words[one.what]
    groups.set(name, [...(groups.get(name) ?? []), one])
  }
  return (
    <>
      <h3>
        <b>{title}</b>
      </h3>
      {steps.length === 0 && <p class="soft">{none}</p>}
      <table class="ways">
        <tbody>
          {[...groups].map(([name, of]) => (
            <tr>
              <td class="soft">{name}</td>
              <td>
                {of.slice(0, name === 'settings' ? 24 : 6).map((one, at) => (
                  <Way one={one} first={at === 0} run={run} choose={choose} />
                ))}
                {of.length > 24 && <span class="soft"> and {of.length - 24} more</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}

function Way({
  one,
  first,
  run,
  choose,
}: {
  readonly one: LineageStep
  readonly first: boolean
  readonly run: string
  readonly choose: (id: string) => void
}): preact.JSX.Element {
  if (one.what === 'parameter')
    return (
      <span>
        {first ? '' : ', '}
        {one.label} {String(one.facts['value'] ?? '')}
      </span>
    )
  return (
    <div>
      {one.run === run ? (
        <button class="link" onClick={() => choose(one.element)}>
          {labelOf(one)}
        </button>
      ) : (
        <a href={addressOf({ page: 'graph', run: one.run, with: { at: one.element } })}>
          {labelOf(one)} <small>{one.run}</small>
        </a>
      )}
      <small> {factWords(one)}</small>
      {one.caveat !== undefined && <div class="warn">▲ {one.caveat}</div>}
    </div>
  )
}

/** A path's last part; the rest says its title. */
function labelOf({ what, label, facts }: LineageStep): string {
  if (what === 'environment') return String(facts['version'] ?? label)
  if (what === 'code')
    return `${label.replace(/^.*\//, '').replace(/@.*/, '')} @ ${digits(String(facts['commit'] ?? ''))}`
  return label
}

function factWords({ what, facts }: LineageStep): string {
  const { size, sha256, step, packages, dirty } = facts
  return [
    ...(step === undefined ? [] : [`step ${step}`]),
    ...(typeof size === 'number' ? [bytes(size)] : []),
    ...(typeof sha256 === 'string' ? [digits(sha256, 8)] : []),
    ...(what === 'environment' && packages !== undefined ? [`${packages} packages`] : []),
    ...(dirty === true ? ['changed'] : []),
  ].join(' · ')
}

function uniqueOf(steps: readonly LineageStep[]): LineageStep[] {
  return [...new Map(steps.map((one) => [`${one.run} ${one.element}`, one])).values()]
}
