import { useEffect, useState } from 'preact/hooks'
import type { GraphAnswer, GraphElement } from '@provloom/reader'
import { apiAddress, runPath } from '../ask/ask.ts'
import { useRound } from '../ask/live.tsx'
import { useAnswer } from '../ask/use-answer.ts'
import { useText } from '../ask/use-text.ts'
import type { Key } from '../frame/keys.tsx'
import type { RunProps } from '../frame/run-props.ts'
import { change } from '../frame/view.ts'
import { count } from '../model/format.ts'
import { dotOf } from '../model/dot.ts'
import { saveFile } from '../part/save.ts'
import { useTheme } from '../part/theme.ts'
import { Trouble } from '../part/trouble.tsx'
import { Drawing } from './drawing.tsx'
import { Facts } from './facts.tsx'

/** Which data and code made this model? */
export function Graph({ run, view, frame }: RunProps): preact.JSX.Element {
  const round = useRound()
  const theme = useTheme()
  const { at, up, down, fold, machinery, only } = view.with
  const shown = { at: only === '1' ? at : undefined, up, down, fold, machinery }
  const { answer, error } = useAnswer<GraphAnswer>(apiAddress(runPath(run.run, 'graph'), shown), round)
  const asOf = answer?.asOf ?? ''
  const picture = (of: string): string => apiAddress(runPath(run.run, 'graph.svg'), { ...shown, theme: of })
  // Drawn anew when the document is: the answer says of when it is.
  const svg = useText(`${picture(theme)}#${asOf}`)
  const [scale, setScale] = useState(1)
  const [chosen, setChosen] = useState(at)
  useEffect(() => setChosen(at), [at])
  const element = answer?.elements.find(
    ({ id, label, folded }) =>
      id === chosen || label === chosen || (chosen !== undefined && folded.includes(chosen)),
  )
  const choose = (id: string | undefined): void => {
    setChosen(id)
    change(view, { at: id, ...(id === undefined ? { only: undefined } : {}) })
  }
  const toggle = (name: 'only' | 'machinery'): void =>
    change(view, { [name]: view.with[name] === '1' ? undefined : '1' })
  const unfold = (): void => change(view, { fold: fold === 'none' ? undefined : 'none', only: undefined })
  const save = (): void => saveLink(picture('light'), `${run.run}.svg`)
  const keys: Key[] = [
    {
      key: 'l',
      word: only === '1' ? 'whole graph' : 'lineage of this',
      act: () => element !== undefined && toggle('only'),
    },
    { key: 'm', word: machinery === '1' ? 'fold machinery' : 'machinery', act: () => toggle('machinery') },
    { key: 'Enter', word: fold === 'none' ? 'fold' : 'unfold', act: unfold },
    { key: 'f', word: 'fit', act: () => setScale(1) },
    { key: 'j', beside: 'k', word: 'next, previous', act: () => choose(beside(answer, element, 1)) },
    { key: 'k', word: 'previous', act: () => choose(beside(answer, element, -1)), quiet: true },
    { key: 'e', word: 'export', act: save },
    { key: 'Escape', word: 'back', act: () => choose(undefined), quiet: true },
  ]
  return frame(
    keys,
    <div class="with-facts">
      <div>
        <h1 class="hidden">Graph of {run.run}</h1>
        <div class="controls">
          {answer !== undefined && <Total answer={answer} />}
          <span class="grow" />
          <button aria-pressed={only === '1'} disabled={element === undefined} onClick={() => toggle('only')}>
            lineage only
          </button>
          <button aria-pressed={machinery === '1'} onClick={() => toggle('machinery')}>
            machinery
          </button>
          <button aria-pressed={fold !== 'none'} onClick={unfold}>
            fold what is alike
          </button>
          <span>
            <button onClick={() => setScale(scale * 1.25)} aria-label="larger">
              +
            </button>
            <button onClick={() => setScale(scale / 1.25)} aria-label="smaller">
              −
            </button>
            <button onClick={() => setScale(1)}>fit</button>
          </span>
          <span>
            <button onClick={save}>SVG</button>
            <button
              onClick={() =>
                answer !== undefined && saveFile(`${run.run}.dot`, dotOf(answer), 'text/vnd.graphviz')
              }
            >
              DOT
            </button>
            <button
              onClick={() =>
                saveLink(apiAddress(runPath(run.run, 'graph.json'), shown), `${run.run} shown.prov.json`)
              }
            >
              PROV-JSON
            </button>
          </span>
        </div>
        {error !== undefined && <Trouble error={error} />}
        {answer !== undefined && answer.elements.length === 0 && (
          <p class="state">Nothing is in the graph yet.</p>
        )}
        {answer !== undefined && svg !== undefined && (
          <Drawing svg={svg} elements={answer.elements} chosen={element?.id} choose={choose} scale={scale} />
        )}
      </div>
      <aside>
        {answer !== undefined && <Facts run={run} graph={answer} element={element} choose={choose} />}
      </aside>
    </div>,
    'an arrow points to its cause',
  )
}

function Total({ answer }: { readonly answer: GraphAnswer }): preact.JSX.Element {
  const { elements, total, more } = answer
  return (
    <span>
      <b>{count(elements.length)}</b> of {count(total.elements)} elements, {count(total.relations)} relations
      {more > 0 && <span class="warn"> ▲ {count(more)} more would be here</span>}
    </span>
  )
}

/** What the server makes of what is shown, as a file. */
function saveLink(address: string, name: string): void {
  void fetch(address)
    .then((response) => response.blob())
    .then((blob) => saveFile(name, blob))
}

function beside(
  answer: GraphAnswer | undefined,
  element: GraphElement | undefined,
  by: number,
): string | undefined {
  const all = answer?.elements ?? []
  const at = element === undefined ? (by > 0 ? -1 : 0) : all.indexOf(element)
  return all[(at + by + all.length) % Math.max(1, all.length)]?.id
}
