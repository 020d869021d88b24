import { shortened } from '@provloom/shared'

/** Ranks in words, `0-3,7`. */
export function rankRanges(ranks: readonly number[]): string {
  const sorted = [...new Set(ranks)].sort((a, b) => a - b)
  const ranges: string[] = []
  for (let i = 0; i < sorted.length;) {
    let end = i
    while (end + 1 < sorted.length && sorted[end + 1] === sorted[end]! + 1) end++
    ranges.push(i === end ? `${sorted[i]}` : `${sorted[i]}-${sorted[end]}`)
    i = end + 1
  }
  return ranges.join(',')
}

/** A command as a person would type it, for a label. */
export function commandWords(argv: readonly string[], lengthMax = 120): string {
  const words = argv.map((arg) =>
    /^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", String.raw`'\''`)}'`,
  )
  return shortened(words.join(' '), lengthMax)
}

/** What happened more than once is told once, with how often. */
export function timesWords(words: string, count: number): string {
  return count === 1 ? words : `${words} (${count} times)`
}
