import { count } from '../model/format.ts'
import type { TreeRow } from '../model/tree.ts'
import { Virtual } from '../part/virtual.tsx'

/** Ten thousand metrics are a list as long as thirty. */
export function MetricTree(props: {
  readonly rows: readonly TreeRow[]
  readonly chosen: string | undefined
  readonly pins: readonly string[]
  readonly pin: (id: string) => void
  readonly choose: (id: string) => void
}): preact.JSX.Element {
  const { rows, chosen, pins, pin, choose } = props
  const at = rows.findIndex((row) => row.kind === 'metric' && row.metric.id === chosen)
  return (
    <Virtual
      rows={rows}
      rowHeight={25}
      height="calc(100vh - 250px)"
      label="metrics"
      at={at < 0 ? undefined : at}
    >
      {(row) =>
        row.kind === 'group' ? (
          <div class="tree-group">
            <b>{row.name}</b> <small>{count(row.count)}</small>
          </div>
        ) : (
          <div class={`tree-row ${row.metric.id === chosen ? 'at' : ''}`}>
            <button class="tree-name" title={row.metric.id} onClick={() => choose(row.metric.id)}>
              {row.metric.key}
            </button>
            <small>{count(row.metric.points)}</small>
            <button
              class="pin"
              aria-pressed={pins.includes(row.metric.id)}
              aria-label={`pin ${row.metric.key}`}
              onClick={() => pin(row.metric.id)}
            >
              {pins.includes(row.metric.id) ? '★' : '☆'}
            </button>
          </div>
        )
      }
    </Virtual>
  )
}
