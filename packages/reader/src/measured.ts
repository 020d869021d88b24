import type { MetricName } from './metric-id.ts'
import { metricId } from './metric-id.ts'

/** A series of rows, as far as it says what is measured. */
interface Rows {
  readonly key: string
  readonly context: string | null
  readonly source: string | null
}

/** What an agent measures of a machine: rows of it have the machine in their source (docs/metrics.md), the metric has not. */
const ofMachine = /^host-[0-9a-f]{8}$/

/** The metric that rows are of: that of all machines where they are one machine's. */
export function metricOfRows({ key, context, source }: Rows): MetricName & { readonly measured?: true } {
  if (context !== null || source === null) return { key, context, source }
  if (ofMachine.test(source)) return { key, source: 'host', measured: true }
  return { key, source, ...(source === 'worker' ? { measured: true as const } : {}) }
}

/** Whether rows of several sources are one metric. */
export function isOfMachines({ source, measured }: MetricName & { readonly measured?: true }): boolean {
  return measured === true && source === 'host'
}

export function isRowsOf(metric: MetricName, rows: Rows): boolean {
  return metricId(metricOfRows(rows)) === metricId(metric)
}
