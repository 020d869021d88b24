/** Where in a text something is: begin and end. */
export type Span = readonly [number, number]

/** Whether a pattern (with the flag y) fits at a place; what it found. */
export function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at
  return pattern.exec(text) ?? undefined
}

/** Where a pattern (with the flag y) ends that fits at a place; -1 where it does not. */
export function endAt(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : -1
}

/** The next place from here on where a pattern (with the flag g) fits. */
export function searchFrom(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at
  return pattern.exec(text) ?? undefined
}

export const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`)

/** Spans in order, those that touch made one. */
export function joined(spans: readonly Span[]): Span[] {
  const found: [number, number][] = []
  for (const [start, end] of [...spans].sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    if (end <= start) continue
    const last = found.at(-1)
    if (last !== undefined && start <= last[1]) last[1] = Math.max(end, last[1])
    else found.push([start, end])
  }
  return found
}

/** Adds spans to others, however many. */
export function addAll(spans: Span[], more: readonly Span[]): void {
  for (const span of more) spans.push(span)
}

export const shifted = (spans: readonly Span[], by: number): Span[] =>
  spans.map(([start, end]) => [start + by, end + by])
