import { useState } from 'preact/hooks'
import type { MatrixAnswer } from '@provloom/reader'
import { csvOf } from '../chart/table.ts'
import { AllRows } from '../chart/tools.tsx'
import { keyOf } from '../model/metric.ts'
import type { Standing } from '../model/standing.ts'
import { saveFile } from '../part/save.ts'
import { theme } from '../part/theme.ts'
import { HeatMap } from './heat-map.tsx'
import { heatPng, heatSvg, heatTable } from './heat-file.ts'

interface PanelProps {
  readonly run: string
  readonly directory: string
  readonly matrix: MatrixAnswer
  readonly standing: readonly Standing[]
  readonly metricKey: string
  readonly steps: readonly [number, number] | undefined
  readonly chosen: number | undefined
  readonly choose: (rank: number) => void
  readonly zoom: (steps: readonly [number, number] | undefined) => void
}

/** The map, and it as a file. */
export function HeatPanel(props: PanelProps): preact.JSX.Element {
  const { run, directory, matrix, standing, metricKey, steps, chosen, choose, zoom } = props
  const [rows, showRows] = useState(false)
  const what = matrix.show === 'ratio' ? 'against the median of the same step' : 'as it is'
  const title = `${keyOf(matrix.metric)}, ranks by steps, ${what}`
  const file = { matrix, standing, title: `${title} · ${run}` }
  const name = `${run} ${keyOf(matrix.metric)} ranks by steps`
  return (
    <>
      <header>
        <h3>
          <b>{keyOf(matrix.metric)}</b> ranks by steps, {what}
        </h3>
        <nav class="tools" aria-label={`save ${title}`}>
          <button onClick={() => void heatPng(file, theme()).then((png) => saveFile(`${name}.png`, png))}>
            PNG
          </button>
          <button onClick={() => saveFile(`${name}.svg`, heatSvg(file), 'image/svg+xml')}>SVG</button>
          <button class="csv" onClick={() => saveFile(`${name}.csv`, csvOf(heatTable(matrix)), 'text/csv')}>
            CSV
          </button>
          <button aria-pressed={rows} onClick={() => showRows(!rows)}>
            all rows
          </button>
        </nav>
      </header>
      {rows ? (
        <AllRows meant={{ directories: [directory], metric: matrix.metric, steps }} />
      ) : (
        <HeatMap {...{ matrix, standing, metricKey, chosen, choose, zoom }} />
      )}
    </>
  )
}
