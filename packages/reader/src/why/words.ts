/** Ranks in words: `rank 3`, `ranks 0-3 and 7`, `ranks 1, 5, 9 and 12 more`. */
export function rankWords(ranks: readonly number[]): string {
  const pieces = ranges(ranks)
  if (ranks.length === 1) return `rank ${pieces[0]?.text}`
  if (pieces.length <= 4) return `ranks ${joined(pieces.map(({ text }) => text))}`
  const shown = pieces.slice(0, 3)
  const more = ranks.length - shown.reduce((sum, { count }) => sum + count, 0)
  return `ranks ${shown.map(({ text }) => text).join(', ')} and ${more} more`
}

/** `a, b and c` */
export function joined(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

function ranges(ranks: readonly number[]): { readonly text: string; readonly count: number }[] {
  const sorted = [...new Set(ranks)].sort((a, b) => a - b)
  const found: { text: string; count: number }[] = []
  for (let i = 0; i < sorted.length;) {
    let end = i
    while (sorted[end + 1] === sorted[end]! + 1) end++
    found.push({
      text: i === end ? `${sorted[i]}` : `${sorted[i]}-${sorted[end]}`,
      count: end - i + 1,
    })
    i = end + 1
  }
  return found
}

/** Three digits: `0.32 s`, `12.4 ms`. */
export function seconds(value: number): string {
  if (value >= 0.1 || value === 0) return `${rounded(value)} s`
  return value >= 1e-4 ? `${rounded(value * 1e3)} ms` : `${rounded(value * 1e6)} µs`
}

/** `2.5`, `37`, `1240` */
export function rounded(value: number): string {
  return String(Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(2)))
}

/** `14 %` */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

const numbers = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten']

/** Small numbers as words. */
export function inWords(count: number): string {
  return numbers[count] ?? String(count)
}

/** `1 rank`, `3 ranks` */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** `1.50×` */
export function timesWords(ratio: number): string {
  return `${ratio >= 10 ? rounded(ratio) : ratio.toFixed(2)}×`
}
