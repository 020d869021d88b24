import { printable } from '@provloom/shared'
import { inLine } from './in-lines.ts'

export interface Column {
  readonly title: string
  readonly cells: readonly string[]
  readonly right?: boolean
  /** Where the terminal is too narrow for all, those of the greatest number are left out first; of 0, which it is unless told, none. */
  readonly leave?: number
}

// oxlint-disable-next-line no-control-regex -- colours take no place
const colours = /\u001b\[[0-9;]*m/g

/** Places of a terminal: colours have none, a character beyond the first plane counts as two. */
export function widthOf(text: string): number {
  return Array.from(text.replaceAll(colours, '')).length
}

/** Of a terminal that does not say its own. */
const widthUnknown = 80

/** The width of the terminal, and no end where output goes elsewhere. */
export function terminalWidth(): number {
  return process.stdout.isTTY ? process.stdout.columns || widthUnknown : Infinity
}

/** Of one cell: whoever needs the rest asks with --json. */
const cellMost = 60

/** In one line, and no longer than people read beside others: its beginning and its end. */
export function shortened(text: string, most: number = cellMost): string {
  const line = inLine(text)
  if (widthOf(line) <= most) return line
  const letters = Array.from(line)
  return `${letters.slice(0, most - 9).join('')}…${letters.slice(-8).join('')}`
}

/** Lines of columns, two spaces apart. Those that do not fit are left out, the last first, and counted in the last line. */
export function table(given: readonly Column[], width: number, paint: (title: string) => string): string[] {
  const shown = given.map((column) => ({
    ...column,
    title: shortened(column.title),
    // What we have coloured is ours, and short.
    cells: column.cells.map((cell) => (cell.includes('\u001b[') ? cell : shortened(cell))),
  }))
  const leftOut: string[] = []
  const total = (): number => shown.reduce((sum, one) => sum + sizeOf(one) + 2, -2)
  while (total() > width) {
    const most = Math.max(...shown.map(({ leave = 0 }) => leave))
    if (most <= 0) break
    const at = shown.findLastIndex(({ leave = 0 }) => leave === most)
    leftOut.unshift(...shown.splice(at, 1).map(({ title }) => title))
  }
  const rows = Math.max(0, ...shown.map(({ cells }) => cells.length))
  const line = (textOf: (column: Column) => string): string =>
    shown
      .map((column) => padded(textOf(column), sizeOf(column), column.right === true))
      .join('  ')
      .trimEnd()
  const lines = [paint(line(({ title }) => title))]
  for (let row = 0; row < rows; row++) lines.push(line(({ cells }) => cells[row] ?? ''))
  const told = leftOut.filter((title) => title !== '')
  if (told.length > 0) lines.push(paint(`not shown, for want of room: ${printable(told.join(', '))}`))
  return lines
}

function sizeOf({ title, cells }: Column): number {
  return cells.reduce((most, cell) => Math.max(most, widthOf(cell)), widthOf(title))
}

function padded(text: string, size: number, right: boolean): string {
  const room = ' '.repeat(Math.max(0, size - widthOf(text)))
  return right ? `${room}${text}` : `${text}${room}`
}

/** A line in as many as the terminal needs, broken between words; what is below stands further in. */
export function wrapped(line: string, width: number, indent: number): string[] {
  const lines: string[] = []
  let open = ''
  for (const word of line.match(/\s*\S+/g) ?? []) {
    if (open.trim() === '' || widthOf(open) + widthOf(word) <= width) open += word
    else {
      lines.push(open)
      open = `${' '.repeat(indent)}${word.trimStart()}`
    }
  }
  return [...lines, open]
}
