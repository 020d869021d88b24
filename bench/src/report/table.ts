import type { Figure } from '../figure.ts'
import { goalMet } from '../figure.ts'
import { machineInWords } from '../machine/usage.ts'
import type { Verdict } from './baseline.ts'

const WIDTHS = { name: 34, value: 16, limit: 14, ratio: 11, spread: 7, goal: 14 }

export function headOf(): string {
  const head = [
    'figure'.padEnd(WIDTHS.name),
    'value'.padStart(WIDTHS.value),
    'limit'.padStart(WIDTHS.limit),
    'ratio'.padStart(WIDTHS.ratio),
    '±'.padStart(WIDTHS.spread),
    'goal'.padStart(WIDTHS.goal),
  ].join(' ')
  return `${machineInWords()}\n\n${head}\n${'─'.repeat(head.length)}\n`
}

/** The figure's row, and one for each peer. */
export function rowsOf(figure: Figure): string {
  const rows = [row(figure)]
  for (const [peer, value] of Object.entries(figure.peers)) {
    const times = figure.better === 'lower' ? value / figure.value : figure.value / value
    const text = `${number(times)}x ours`.padStart(WIDTHS.ratio + WIDTHS.limit + 1)
    rows.push(
      `${`  ${peer}`.padEnd(WIDTHS.name)} ${quantity(value, figure.unit).padStart(WIDTHS.value)} ${text}`,
    )
  }
  for (const [peer, why] of Object.entries(figure.missing)) {
    rows.push(`${`  ${peer}`.padEnd(WIDTHS.name)} not measured: ${why}`)
  }
  return `${rows.join('\n')}\n`
}

function row(figure: Figure): string {
  const ratio =
    figure.ratio === null
      ? ''
      : figure.better === 'higher'
        ? `${number(figure.ratio * 100)} %`
        : `${Math.abs(figure.ratio - 1) < 0.1 ? figure.ratio.toFixed(4) : number(figure.ratio)}x`
  const cells = [
    figure.name.padEnd(WIDTHS.name),
    quantity(figure.value, figure.unit).padStart(WIDTHS.value),
    (figure.limit === null ? '' : quantity(figure.limit, figure.unit)).padStart(WIDTHS.limit),
    ratio.padStart(WIDTHS.ratio),
    (figure.spread === null ? '' : `${number(figure.spread * 100)}%`).padStart(WIDTHS.spread),
    goal(figure).padStart(WIDTHS.goal),
  ]
  return cells.join(' ').trimEnd()
}

function goal(figure: Figure): string {
  if (figure.goal === null) return ''
  const sign = figure.better === 'lower' ? '<=' : '>='
  const bound =
    figure.goal.of === 'ratio' && figure.better === 'higher'
      ? `${number(figure.goal.bound * 100)} %`
      : figure.goal.of === 'ratio'
        ? `${figure.goal.bound}x`
        : number(figure.goal.bound)
  const met = goalMet(figure)
  return `${sign} ${bound} ${met === null ? '?' : met ? 'yes' : 'NO'}`
}

const LARGER: Readonly<Record<string, string>> = { us: 'ms', ms: 's' }

function quantity(value: number, unit: string): string {
  if (Number.isNaN(value)) return '-'
  const larger = LARGER[unit]
  if (larger !== undefined && Math.abs(value) >= 1e4) return quantity(value / 1000, larger)
  return `${number(value)} ${unit}`
}

/** Three digits, with k, M, G. */
export function number(value: number): string {
  const size = Math.abs(value)
  for (const [from, letter] of [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e4, 'k'],
  ] as const) {
    if (size >= from) return `${digits(value / (from === 1e4 ? 1e3 : from))}${letter}`
  }
  return digits(value)
}

function digits(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  return size >= 100 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : value.toPrecision(3)
}

/** The comparison, for a person. */
export function renderVerdicts(verdicts: readonly Verdict[], file: string): string {
  const lines: string[] = []
  for (const verdict of verdicts) {
    switch (verdict.kind) {
      case 'worse':
      case 'better':
        lines.push(
          `${verdict.kind === 'worse' ? 'WORSE ' : 'better'} ${verdict.name}: ${number(verdict.before)} -> ${number(verdict.now)} (${verdict.of}), ${number(verdict.change * 100)} % with a noise of ${number(verdict.noise * 100)} %`,
        )
        break
      case 'new':
        lines.push(`new    ${verdict.name}`)
        break
      case 'same':
        break
    }
  }
  const same = verdicts.filter((verdict) => verdict.kind === 'same').length
  return `\ncompared with ${file}: ${same} of ${verdicts.length} figures are the same within noise\n${lines.join('\n')}\n`
}
