const levels = Array.from('▁▂▃▄▅▆▇█')

/** A curve in one line of text: a character a value, at most `width` of them, each of the mean of what it stands for. */
export function sparkline(values: readonly number[], width: number): string {
  const shown = folded(values, width)
  const finite = shown.filter(Number.isFinite)
  const [low, high] = [Math.min(...finite), Math.max(...finite)]
  return shown
    .map((value) => {
      if (!Number.isFinite(value)) return ' '
      if (low === high) return levels[3]
      return levels[Math.min(levels.length - 1, Math.floor(((value - low) / (high - low)) * levels.length))]
    })
    .join('')
}

function folded(values: readonly number[], width: number): number[] {
  if (values.length <= width) return [...values]
  return Array.from({ length: width }, (_, at) => {
    const [from, to] = [at, at + 1].map((one) => Math.round((one * values.length) / width))
    const part = values.slice(from, to).filter(Number.isFinite)
    return part.reduce((sum, one) => sum + one, 0) / part.length
  })
}
