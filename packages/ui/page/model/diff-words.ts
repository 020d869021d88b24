import type { DiffAnswer, DiffRow, DiffValue } from '@provloom/reader'
import { duration, isShare, listed, number } from './format.ts'
import { isLessBetter } from './metric.ts'

/** A part of the comparison: what differs, and what is equal as names with values. */
export interface DiffPart {
  readonly name: string
  readonly differing: readonly DiffRow[]
  readonly equal: readonly DiffRow[]
}

export function partsOf(diff: DiffAnswer): DiffPart[] {
  const { code, environment } = diff
  const packages: DiffRow = {
    name: 'packages',
    values: diff.runs.map(() => environment.equalPackages),
    equal: environment.equal,
  }
  const all: [string, readonly DiffRow[]][] = [
    ['Parameters', diff.params],
    ['Results', diff.metrics],
    ['Outputs', diff.outputs],
    ['Data', diff.inputs],
    ['Code', code.rows],
    [
      'Environment',
      [
        ...environment.rows,
        ...environment.changed,
        ...(environment.changed.length === 0 && environment.equalPackages > 0 ? [packages] : []),
      ],
    ],
    ['Ranks', diff.ranks],
  ]
  return all.map(([name, rows]) => ({
    name,
    differing: rows.filter(({ equal, caveat }) => !equal || caveat !== undefined),
    equal: rows.filter(({ equal, caveat }) => equal && caveat === undefined),
  }))
}

/** What differs first: parameters in a sentence, else what else does. */
export function diffSentence(diff: DiffAnswer): string {
  const params = diff.params.filter(({ equal }) => !equal)
  if (params.length > 0) {
    const shown = params.slice(0, 3).map(({ name, values }) => `${name} ${valuesText(values)}`)
    const head = params.length === 1 ? 'One parameter differs' : `${params.length} parameters differ`
    return `${head}: ${listed(shown)}${params.length > 3 ? ', and more' : ''}`
  }
  const others = [
    ...(diff.code.equal ? [] : ['code']),
    ...(diff.environment.equal ? [] : ['environment']),
    ...(diff.inputs.every(({ equal }) => equal) ? [] : ['data']),
    ...(diff.metrics.every(({ equal }) => equal) ? [] : ['results']),
  ]
  return others.length === 0
    ? 'Nothing differs that was recorded'
    : `Parameters are equal; ${listed(others)} ${others.length === 1 && others[0] !== 'results' ? 'differs' : 'differ'}`
}

/** Two against each other; of more how far they go, or how many there are. */
function valuesText(values: readonly DiffValue[]): string {
  if (values.length === 2) return values.map(valueText).join(' against ')
  const numbers = values.filter((one) => typeof one === 'number')
  return numbers.length === values.length
    ? `${number(Math.min(...numbers))} to ${number(Math.max(...numbers))}`
    : `(${new Set(values.map(valueText)).size} values)`
}

export function equalSentence(diff: DiffAnswer): string {
  const caveat = diff.inputs.find((row) => row.caveat !== undefined)?.caveat
  const equal = [
    ...(diff.code.equal ? ['code and command'] : []),
    ...(diff.environment.equal
      ? [
          `environment${diff.environment.equalPackages > 0 ? ` (${diff.environment.equalPackages} packages)` : ''}`,
        ]
      : []),
    ...(diff.inputs.length > 0 && diff.inputs.every((row) => row.equal)
      ? [`data${caveat === undefined ? '' : ` (${caveat})`}`]
      : []),
    ...(diff.ranks.length > 0 && diff.ranks.every((row) => row.equal) ? ['ranks'] : []),
  ]
  return equal.length === 0 ? '' : `Equal: ${equal.join(', ')}`
}

export function valueText(value: DiffValue): string {
  if (value === null) return '–'
  return typeof value === 'number' ? number(value) : String(value)
}

/** As a cell has it: of a checksum its first digits, of a share percent. */
export function cellText(name: string, value: DiffValue): string {
  if (typeof value === 'number' && isShareOf(name, value)) return `${(value * 100).toFixed(2)} %`
  if (typeof value === 'number' && name === 'seconds') return duration(value)
  const text = valueText(value).replaceAll(/\b([0-9a-f]{8})[0-9a-f]{24,56}\b/g, '$1')
  return text.length > 60 ? `${text.slice(0, 58)} …` : text
}

function isShareOf(name: string, value: number): boolean {
  return /, (?:best|last)$/.test(name) && isShare(name) && Math.abs(value) <= 1
}

/** The second against the first, in words and whether it is worse. */
export function against(
  name: string,
  [a, b]: readonly DiffValue[],
): { readonly text: string; readonly worse: boolean } | undefined {
  if (typeof a !== 'number' || typeof b !== 'number' || a === b) return undefined
  const by = b - a
  if (isShareOf(name, a) && isShareOf(name, b))
    return {
      text: `${by > 0 ? '+' : '−'} ${pointsWords(Math.abs(by * 100))}`,
      worse: isLessBetter(name) ? by > 0 : by < 0,
    }
  const sign = by > 0 ? '+' : '−'
  const size = name === 'seconds' ? duration(Math.abs(by)) : number(Math.abs(by))
  const part = a === 0 ? '' : ` (${sign}${number(Math.abs((by / a) * 100))} %)`
  const ratio = Math.abs(b / a)
  const times =
    a !== 0 && b !== 0 && (ratio >= 2 || ratio <= 0.5)
      ? ratio >= 1
        ? `× ${number(ratio)}`
        : `÷ ${number(1 / ratio)}`
      : undefined
  const isResult = /, (?:best|last)$/.test(name)
  return {
    text: times !== undefined && !isResult ? times : `${sign} ${size}${part}`,
    worse: isResult && (isLessBetter(name) ? by > 0 : by < 0),
  }
}

function pointsWords(points: number): string {
  const words = number(points)
  return `${words} ${words === '1' ? 'point' : 'points'}`
}
