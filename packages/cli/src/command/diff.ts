import type { DiffAnswer, DiffRow } from '@provloom/reader'
import { exitCode, printable } from '@provloom/shared'
import { inLines } from '../look/in-lines.ts'
import { printJson, readerFor } from '../look/options.ts'
import type { Given } from '../look/options.ts'
import { table, terminalWidth, wrapped } from '../look/table.ts'
import { apart, exact, firstOf, value } from '../look/words.ts'
import { counted } from '../output/quantity.ts'
import { styleFor } from '../output/style.ts'

/** `provloom diff A B [...]`. */
export async function diff(runs: readonly string[], given: Given): Promise<number> {
  const answer = await readerFor(given).diff(runs)
  if (given['json'] === true) printJson(answer)
  else
    process.stdout.write(
      `${rendered(inLines(answer)).join('\n')}\n${given['patch'] === true ? patchText(answer) : ''}`,
    )
  return exitCode.ok
}

/** As programs read it too: what stands before the first `---` is no part of it. */
function patchText({ code }: DiffAnswer): string {
  if (code.patches.length === 0) return '\nno code that was kept differs\n'
  return `\n${printable(code.patches.map(({ patch }) => patch).join(''))}`
}

function rendered(answer: DiffAnswer): string[] {
  const style = styleFor(process.stdout)
  const { params, metrics, inputs, outputs, code, environment, ranks } = answer
  const sections = [params, metrics, inputs, outputs, code.rows, environment.rows, environment.changed, ranks]
  const differing = sections.flatMap((rows) => rows.filter(({ equal }) => !equal))
  const cells = differing.map((row) =>
    (params.includes(row) ? row.values.map(exact) : apart(row.values)).map(cellOf),
  )
  const columns = [
    { title: '', cells: differing.map(({ name }) => printable(name)) },
    ...answer.runs.map(({ run }, i) => ({
      title: printable(run),
      cells: cells.map((row) => printable(row[i] ?? '')),
    })),
    { title: '', cells: differing.map(changeOf), leave: 1 },
  ]
  const width = terminalWidth()
  return [
    ...(differing.length === 0 ? ['nothing that was compared differs'] : table(columns, width, style.bold)),
    ...[...uncomparedLines(answer), ...packageLines(answer), ...equalLines(answer)].flatMap((line) =>
      wrapped(line, width, 2),
    ),
  ]
}

/** Of a checksum the first digits. */
function cellOf(cell: string): string {
  return cell.replace(/^(?:sha256 )?([0-9a-f]{8})[0-9a-f]{24,56}$/, '$1')
}

/** Of two numbers how the second differs from the first. */
function changeOf({ values, name }: DiffRow): string {
  const [one, other, ...more] = values
  if (more.length > 0) return ''
  if (typeof one === 'number' && typeof other === 'number') {
    const by = other - one
    const part =
      one !== 0 && Math.abs(by / one) >= 0.1
        ? `${by > 0 ? '+' : ''}${Math.round((100 * by) / Math.abs(one))} %`
        : ''
    const sign = by > 0 ? '+' : ''
    if (part !== '') return part
    // Sums that were made in another order.
    const isRounding = Math.abs(by) < 1e-12 * Math.abs(one)
    return `${sign}${value(by)}${isRounding ? ' (rounding)' : ''}`
  }
  return typeof one === 'string' && one.startsWith('sha256 ') && other !== null
    ? `different bytes`
    : name === 'changes'
      ? 'the diffs differ'
      : ''
}

/** Where records name the first of many: of the others is not known whether they differ. */
function uncomparedLines({ notCompared: { params, metrics } }: DiffAnswer): string[] {
  const more = [
    ...(params === 0 ? [] : [counted(params, 'further parameter')]),
    ...(metrics === 0 ? [] : [counted(metrics, 'further metric')]),
  ]
  return more.length === 0 ? [] : [`▲ not compared: ${more.join(', ')}`]
}

function packageLines({ environment }: DiffAnswer): string[] {
  const { added, removed } = environment
  const line = (word: string, names: readonly string[]): string[] =>
    names.length === 0 ? [] : [`packages ${word}: ${printable(firstOf(names))}`]
  const { unread } = environment
  const lacking =
    unread.length === 0
      ? []
      : [`▲ environments are not compared: the graph of ${printable(unread.join(', '))} cannot be read`]
  return [...lacking, ...line('only in others than the first', added), ...line('only in the first', removed)]
}

/** What is equal in all, in one line; ▲ where equal values prove nothing. */
function equalLines({ params, inputs, outputs, code, environment, ranks }: DiffAnswer): string[] {
  const alike = (rows: readonly DiffRow[]): readonly DiffRow[] => rows.filter(({ equal }) => equal)
  const named = (row: DiffRow): string => `${row.name}${row.caveat === undefined ? '' : ` (▲ ${row.caveat})`}`
  const settings = alike(params).map(({ name, values }) => `${name} ${exact(values[0])}`)
  const parts = [
    settings.length === 0 ? '' : `${counted(settings.length, 'parameter')} (${firstOf(settings)})`,
    ...alike(code.rows)
      .filter(({ values }) => values[0] !== null)
      .map(named),
    ...alike(environment.rows).flatMap(({ name, values }) =>
      name === 'version' && values[0] !== null ? [value(values[0])] : [],
    ),
    environment.equalPackages === 0 ? '' : counted(environment.equalPackages, 'package'),
    ...alike(inputs).map(named),
    ...alike(outputs).map(named),
    ...alike(ranks).map(({ name }) => name),
  ].filter((part) => part !== '')
  return parts.length === 0 ? [] : [printable(`equal: ${parts.join('; ')}`)]
}
