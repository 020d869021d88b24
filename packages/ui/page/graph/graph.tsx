import { useEffect, useState } from 'preact/hooks'
import type { GraphAnswer, GraphElement } from '@provloom/reader'
import { apiAddress, runPath } from '../ask/ask.ts'
import { useRound } from '../ask/live.tsx'
import { useAnswer } from '../ask/use-answer.ts'
import type { Key } from '../frame/keys.tsx'
import type { RunProps } from '../frame/run-props.ts'
import { change } from '../frame/view.ts'
import { count } from '../model/format.ts'
import { dotOf } from '../model/dot.ts'
import { saveFile } from '../part/save.ts'
import { Trouble } from '../part/trouble.tsx'
import { Drawing } from './drawing.tsx'
import { Facts } from './facts.tsx'

/** Which data and code made this model? */
export function Graph({ run, view, frame }: RunProps): preact.JSX.Element {
  const round = useRound()
  const { at, up, down, fold, machinery } = view.with
  const { answer, error } = useAnswer<GraphAnswer>(
    apiAddress(runPath(run.run, 'graph'), {
      at: view.with['only'] === '1' ? at : undefined,
      up,
      down,
      fold,
      machinery,
    }),
    round,
  )
  const [scale, setScale] = useState(1)
  const [chosen, setChosen] = useState(at)
  useEffect(() => setChosen(at), [at])
  const element = answer?.elements.find(
    ({ id, label, folded }) =>
      id === chosen || label === chosen || (chosen !== undefined && folded.includes(chosen)),
  )
  const choose = (id: string | undefined): void => {
    setChosen(id)
    change(view, { at: id })
  }
  const keys: Key[] = [
    {
      key: 'l',
      word: view.with['only'] === '1' ? 'whole graph' : 'lineage of this',
      act: () => change(view, { only: view.with['only'] === '1' ? undefined : '1' }),
    },
    {
      key: 'm',
      word: 'machinery',
      act: () => change(view, { machinery: machinery === '1' ? undefined : '1' }),
    },
    { key: 'Enter', word: 'unfold', act: () => change(view, { fold: fold === 'none' ? undefined : 'none' }) },
    { key: 'f', word: 'fit', act: () => setScale(1) },
    { key: 'j', word: 'next', act: () => choose(beside(answer, element, 1)) },
    { key: 'k', word: 'previous', act: () => choose(beside(answer, element, -1)) },
    { key: 'Escape', word: 'back', act: () => choose(undefined), quiet: true },
  ]
  const drawing = (): string => document.querySelector('svg.graph')?.outerHTML ?? ''
  return frame(
    keys,
    <div class="with-facts">
      <div>
        <h1 class="hidden">Graph of {run.run}</h1>
        <div class="controls">
          {answer !== undefined && (
            <span>
              <b>{count(answer.elements.length)}</b> of {count(answer.total.elements)} elements,{' '}
              {count(answer.total.relations)} relations
              {answer.more > 0 && <span class="warn"> ▲ {count(answer.more)} more would be here</span>}
            </span>
          )}
          <span class="grow" />
          <button
            aria-pressed={machinery === '1'}
            onClick={() => change(view, { machinery: machinery === '1' ? undefined : '1' })}
          >
            machinery
          </button>
          <button
            aria-pressed={fold !== 'none'}
            onClick={() => change(view, { fold: fold === 'none' ? undefined : 'none' })}
          >
            fold what is alike
          </button>
          <button onClick={() => setScale(scale * 1.25)} aria-label="larger">
            +
          </button>
          <button onClick={() => setScale(scale / 1.25)} aria-label="smaller">
            −
          </button>
          <button onClick={() => setScale(1)}>fit</button>
          <button onClick={() => saveFile(`${run.run}.svg`, drawing(), 'image/svg+xml')}>SVG</button>
          <button
            onClick={() =>
              answer !== undefined && saveFile(`${run.run}.dot`, dotOf(answer), 'text/vnd.graphviz')
            }
          >
            DOT
          </button>
          <a
            href={apiAddress(runPath(run.run, 'file'), { path: 'prov.json', save: true })}
            download={`${run.run} prov.json`}
          >
            PROV-JSON
          </a>
        </div>
        {error !== undefined && <Trouble error={error} />}
        {answer !== undefined && answer.elements.length === 0 && (
          <p class="state">Nothing is in the graph yet.</p>
        )}
        {answer !== undefined && (
          <Drawing graph={answer} chosen={element?.id} choose={choose} scale={scale} />
        )}
      </div>
      <aside>
        {answer !== undefined && <Facts run={run} graph={answer} element={element} choose={choose} />}
      </aside>
    </div>,
  )
}

function beside(
  answer: GraphAnswer | undefined,
  element: GraphElement | undefined,
  by: number,
): string | undefined {
  const all = answer?.elements ?? []
  const at = element === undefined ? -1 : all.indexOf(element)
  return all[(at + by + all.length) % Math.max(1, all.length)]?.id
}
