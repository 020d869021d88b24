import { allRowsLine } from '../model/all-rows.ts'
import type { RowsMeant } from '../model/all-rows.ts'
import { Copy } from '../part/copy.tsx'
import { saveFile } from '../part/save.ts'
import { palette } from '../part/theme.ts'
import type { Fit } from './fit.ts'
import type { Strip } from './strip.ts'
import { csvOf, tableOf } from './table.ts'
import type { Table } from './table.ts'

export type Shown = 'curve' | 'table' | 'rows'

/** A chart as a file, as a table, and the way to every row of it. */
export function Tools(props: {
  readonly title: string
  readonly strips: readonly Strip[]
  readonly fit: Fit
  readonly axis: string
  readonly canvas: () => HTMLCanvasElement | null | undefined
  readonly shown: Shown
  readonly show: (shown: Shown) => void
}): preact.JSX.Element {
  const { title, strips, fit, axis, shown, show } = props
  const file = (ending: string): string => `${title}.${ending}`
  const picture = async (): Promise<void> => {
    const canvas = props.canvas()
    if (canvas === null || canvas === undefined) return show('curve')
    const { pictureOf } = await import('./export.ts')
    saveFile(file('png'), await pictureOf(canvas, title, strips))
  }
  const drawing = async (): Promise<void> => {
    const { svgOf } = await import('./export.ts')
    const words = `${title} · ${document.title}`
    saveFile(file('svg'), svgOf(strips, fit, words, palette('light')), 'image/svg+xml')
  }
  const other = (one: Shown): void => show(shown === one ? 'curve' : one)
  return (
    <nav class="tools" aria-label={`save ${title}`}>
      <button onClick={() => void picture()}>PNG</button>
      <button onClick={() => void drawing()}>SVG</button>
      <button class="csv" onClick={() => saveFile(file('csv'), csvOf(tableOf(strips, axis)), 'text/csv')}>
        CSV
      </button>
      <button aria-pressed={shown === 'rows'} onClick={() => other('rows')}>
        all rows
      </button>
      <button aria-pressed={shown === 'table'} onClick={() => other('table')}>
        table
      </button>
    </nav>
  )
}

/** What is drawn are buckets; every row is in the Parquet files. */
export function AllRows({ meant }: { readonly meant: RowsMeant }): preact.JSX.Element {
  const line = allRowsLine(meant)
  return (
    <div class="all-rows">
      <p class="soft">
        Drawn are stretches of steps. Every row is in the run’s Parquet files; DuckDB reads them:{' '}
        <Copy text={line} />
      </p>
      <pre class="line">{line}</pre>
    </div>
  )
}

export function Numbers({ of: { head, rows } }: { readonly of: Table }): preact.JSX.Element {
  return (
    <div class="numbers" tabIndex={0}>
      <table>
        <thead>
          <tr>
            {head.map((one) => (
              <th scope="col">{one}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {row.map((one) => (
                <td>{one}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
