/** What is drawn of one metric, of one or several runs. */
export interface RowsMeant {
  /** Run directories. */
  readonly directories: readonly string[]
  /** Metric id, `[context]/key[@source]`. */
  readonly metric: string
  /** All unless told. */
  readonly ranks?: readonly number[]
  /** Inclusive; all unless told. */
  readonly steps?: readonly [number, number] | undefined
}

/** A line for a shell: every row of what a chart draws in buckets, by DuckDB over the Parquet files. */
export function allRowsLine(meant: RowsMeant): string {
  return `duckdb -c "${allRowsQuery(meant).replaceAll(/[\\"$`]/g, (one) => `\\${one}`)}"`
}

export function allRowsQuery({ directories, metric, ranks = [], steps }: RowsMeant): string {
  const { context, key, source } = partsOf(metric)
  const files = directories.map((one) => text(`${one}/metrics/*.parquet`))
  const several = files.length > 1
  const from = several ? `read_parquet([${files.join(', ')}], filename = true)` : (files[0] ?? "''")
  const conditions = [
    `key = ${text(key)}`,
    is('context', context),
    // Rows of a machine name it: docs/metrics.md.
    source === 'host' && context === '' ? "source like 'host-%'" : is('source', source),
    ...(ranks.length === 0 ? [] : [`rank in (${ranks.join(', ')})`]),
    ...(steps === undefined ? [] : [`step between ${steps[0]} and ${steps[1]}`]),
  ]
  const file = several ? 'filename, ' : ''
  return `select ${file}rank, attempt, step, time, value from ${from} where ${conditions.join(' and ')} order by ${file}rank, attempt, step`
}

function partsOf(metric: string): {
  readonly context: string
  readonly key: string
  readonly source: string
} {
  const found = /^([^/]*)\/([^@]*)(?:@(.*))?$/.exec(metric)
  const [, context = '', key = metric, source = ''] = found ?? []
  return { context: decoded(context), key: decoded(key), source: decoded(source) }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

function is(column: string, value: string): string {
  return value === '' ? `${column} is null` : `${column} = ${text(value)}`
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}
