import { csvOf } from '../chart/table.ts'
import type { Table } from '../chart/table.ts'
import { saveFile } from './save.ts'

/** A table as CSV and as JSON: rows as objects by the names of the columns. */
export function SaveTable(props: { readonly name: string; readonly table: () => Table }): preact.JSX.Element {
  const { name, table } = props
  return (
    <nav class="tools" aria-label={`save ${name}`}>
      <button onClick={() => saveFile(`${name}.csv`, csvOf(table()), 'text/csv')}>CSV</button>
      <button onClick={() => saveFile(`${name}.json`, jsonOf(table()), 'application/json')}>JSON</button>
    </nav>
  )
}

function jsonOf({ head, rows }: Table): string {
  const all = rows.map((row) => Object.fromEntries(head.map((name, at) => [name, row[at] ?? null])))
  return `${JSON.stringify(all, null, 1)}\n`
}
