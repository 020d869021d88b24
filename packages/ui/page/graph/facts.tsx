import type {
  GraphAnswer,
  GraphElement,
  GraphRelation,
  LineageAnswer,
  LineageStep,
  RunAnswer,
} from '@provloom/reader'
import { apiAddress } from '../ask/ask.ts'
import { useAnswer } from '../ask/use-answer.ts'
import { addressOf } from '../model/address.ts'
import { bytes, digits } from '../model/format.ts'

interface FactsProps {
  readonly run: RunAnswer
  readonly graph: GraphAnswer
  readonly element: GraphElement | undefined
  readonly choose: (id: string) => void
}

/** What an element is, and its ways up and down in words; of a file over all runs of the folder. */
export function Facts({ run, graph, element, choose }: FactsProps): preact.JSX.Element {
  const file =
    element === undefined
      ? undefined
      : [...run.outputs, ...run.inputs].find(
          ({ name }) => name === element.label || element.id.endsWith(name),
        )
  const lineage = useAnswer<LineageAnswer>(
    file?.sha256 === undefined ? undefined : apiAddress('lineage', { sha256: file.sha256 }),
  )
  if (element === undefined) {
    return (
      <>
        <h2>{run.run}</h2>
        <p class="soft">Choose an element for its facts; an arrow points to its cause.</p>
      </>
    )
  }
  const label = (id: string): string => graph.elements.find((one) => one.id === id)?.label ?? id
  const up = graph.relations.filter(({ from }) => from === element.id)
  const down = graph.relations.filter(({ to }) => to === element.id)
  return (
    <>
      <h2>
        {element.label} <small>{(element.types[0] ?? element.kind).replace(/^\w+:/, '')}</small>
      </h2>
      <dl class="facts">
        {element.lines.map((line) => (
          <dd class="mono wide">{line}</dd>
        ))}
        {file !== undefined && (
          <>
            <dt>size</dt>
            <dd>{bytes(file.size)}</dd>
            <dt>sha256</dt>
            <dd class="mono" title={file.sha256}>
              {file.sha256 === undefined ? '▲ none' : `${digits(file.sha256, 16)}…`}
            </dd>
            {file.step !== undefined && (
              <>
                <dt>made at</dt>
                <dd>
                  step {file.step}
                  {file.rank !== undefined && `, by rank ${file.rank}`}
                </dd>
              </>
            )}
          </>
        )}
        <dt>id</dt>
        <dd class="mono">{element.id}</dd>
      </dl>
      {element.count > 1 && (
        <>
          <h3>
            <b>{element.count} alike</b>
          </h3>
          <ul class="ids">
            {element.folded.slice(0, 12).map((id) => (
              <li class="mono">{id}</li>
            ))}
            {element.count > 12 && <li class="soft">and {element.count - 12} more</li>}
          </ul>
        </>
      )}
      <Ways title="Where it comes from" relations={up} end={({ to }) => to} label={label} choose={choose} />
      <Ways title="What came of it" relations={down} end={({ from }) => from} label={label} choose={choose} />
      {lineage.answer !== undefined && <Over lineage={lineage.answer} />}
      {file !== undefined && <pre>provloom lineage {file.sha256?.slice(0, 12) ?? file.name}</pre>}
    </>
  )
}

function Ways(props: {
  readonly title: string
  readonly relations: readonly GraphRelation[]
  readonly end: (one: GraphRelation) => string
  readonly label: (id: string) => string
  readonly choose: (id: string) => void
}): preact.JSX.Element | null {
  const { title, relations, end, label, choose } = props
  if (relations.length === 0) return null
  return (
    <>
      <h3>
        <b>{title}</b>
      </h3>
      <ul class="ways">
        {relations.slice(0, 16).map((one) => (
          <li>
            <small>{one.kind}</small> <button onClick={() => choose(end(one))}>{label(end(one))}</button>
            {one.count > 1 && ` ×${one.count}`}
          </li>
        ))}
        {relations.length > 16 && <li class="soft">and {relations.length - 16} more</li>}
      </ul>
    </>
  )
}

/** The same bytes in all runs of the folder. */
function Over({ lineage }: { readonly lineage: LineageAnswer }): preact.JSX.Element {
  const steps = (title: string, of: readonly LineageStep[], none: string): preact.JSX.Element => (
    <>
      <h3>
        <b>{title}</b>
      </h3>
      {of.length === 0 && <p class="soft">{none}</p>}
      <table>
        <tbody>
          {of.slice(0, 20).map((one) => (
            <tr>
              <td class="soft">{one.what}</td>
              <td>
                <a href={addressOf({ page: 'graph', run: one.run, with: { at: one.element } })}>
                  {one.label}
                </a>
                <small> {factWords(one)}</small>
                {one.caveat !== undefined && <div class="warn">▲ {one.caveat}</div>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
  return (
    <>
      {steps('Made from, over all runs', lineage.up, 'Nothing is known.')}
      {steps('What was made from it', lineage.down, `Nothing in this folder’s ${lineage.runs} runs.`)}
    </>
  )
}

function factWords({ facts }: LineageStep): string {
  const { value, size, sha256, step } = facts
  return [
    ...(value === undefined ? [] : [String(value)]),
    ...(step === undefined ? [] : [`step ${step}`]),
    ...(typeof size === 'number' ? [bytes(size)] : []),
    ...(typeof sha256 === 'string' ? [digits(sha256, 8)] : []),
  ].join(' · ')
}
