/** A text by what it is called. */
export interface NamedText {
  readonly name: string
  /** Undefined where there is none: it was added, or removed. */
  readonly text: string | undefined
}

/** Lines that stand around a change. */
const around = 3
/** Edits that are looked for; texts that are farther apart are told as one replaced by the other. */
const editsMax = 1_000

/**
 * How a text became another, as `diff -u` writes it and `patch` reads it (GNU diffutils, "Detailed Description of Unified
 * Format"). Empty where they are equal.
 */
export function unifiedDiff(before: NamedText, after: NamedText): string {
  const [a, b] = [linesOf(before.text), linesOf(after.text)]
  const hunks = hunksOf(edits(a, b))
  if (hunks.length === 0) return ''
  const name = ({ name, text }: NamedText): string => (text === undefined ? '/dev/null' : name)
  return [`--- ${name(before)}\n`, `+++ ${name(after)}\n`, ...hunks.map(hunkText)].join('')
}

/** With their ends: the last one may have none. */
function linesOf(text: string | undefined): string[] {
  return text === undefined ? [] : (text.match(/[^\n]*\n|[^\n]+$/g) ?? [])
}

interface Edit {
  readonly sign: ' ' | '-' | '+'
  readonly line: string
  /** Lines of both texts that stand before it. */
  readonly a: number
  readonly b: number
}

/** The shortest way from one to the other: E. Myers, "An O(ND) Difference Algorithm and Its Variations", 1986. */
function edits(a: readonly string[], b: readonly string[]): Edit[] {
  let [from, toA, toB] = [0, a.length, b.length]
  while (from < toA && from < toB && a[from] === b[from]) from++
  while (toA > from && toB > from && a[toA - 1] === b[toB - 1]) [toA, toB] = [toA - 1, toB - 1]
  const path = pathOf(a.slice(from, toA), b.slice(from, toB))
  const all: Edit[] = []
  const keep = (i: number, j: number): number => all.push({ sign: ' ', line: a[i]!, a: i, b: j })
  for (let i = 0; i < from; i++) keep(i, i)
  let [i, j] = [from, from]
  for (const step of path) {
    if (step === ' ') keep(i, j)
    else if (step === '-') all.push({ sign: '-', line: a[i]!, a: i, b: j })
    else all.push({ sign: '+', line: b[j]!, a: i, b: j })
    if (step !== '+') i++
    if (step !== '-') j++
  }
  for (; i < a.length; i++, j++) keep(i, j)
  return all
}

function pathOf(a: readonly string[], b: readonly string[]): Edit['sign'][] {
  const most = Math.min(a.length + b.length, editsMax)
  const furthest = new Map([[1, 0]])
  const trail: Map<number, number>[] = []
  for (let d = 0; d <= most; d++) {
    trail.push(new Map(furthest))
    for (let k = -d; k <= d; k += 2) {
      const isDown = k === -d || (k !== d && furthest.get(k - 1)! < furthest.get(k + 1)!)
      let x = isDown ? furthest.get(k + 1)! : furthest.get(k - 1)! + 1
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++
      furthest.set(k, x)
      if (x >= a.length && x - k >= b.length) return backwards(trail, a.length, b.length)
    }
  }
  return [...a.map(() => '-' as const), ...b.map(() => '+' as const)]
}

function backwards(trail: readonly ReadonlyMap<number, number>[], x: number, y: number): Edit['sign'][] {
  const path: Edit['sign'][] = []
  for (let d = trail.length - 1; d >= 0; d--) {
    const furthest = trail[d]!
    const k = x - y
    const isDown = k === -d || (k !== d && furthest.get(k - 1)! < furthest.get(k + 1)!)
    const before = isDown ? k + 1 : k - 1
    const [px, py] = d === 0 ? [0, 0] : [furthest.get(before)!, furthest.get(before)! - before]
    for (; x > px && y > py; x--, y--) path.push(' ')
    if (d > 0) path.push(isDown ? '+' : '-')
    ;[x, y] = [px, py]
  }
  return path.toReversed()
}

/** Changes that are near to each other together, with what stands around them. */
function hunksOf(all: readonly Edit[]): Edit[][] {
  const hunks: Edit[][] = []
  let end = -1
  for (const [at, { sign }] of all.entries()) {
    if (sign === ' ') continue
    const begin = Math.max(at - around, 0)
    const known = begin <= end ? hunks.at(-1) : undefined
    const upTo = Math.min(at + around + 1, all.length)
    if (known === undefined) hunks.push(all.slice(begin, upTo))
    else known.push(...all.slice(end, upTo))
    end = upTo
  }
  return hunks
}

function hunkText(hunk: readonly Edit[]): string {
  const [first] = hunk
  const span = (of: 'a' | 'b', without: Edit['sign']): string => {
    const count = hunk.filter(({ sign }) => sign !== without).length
    const begin = (first?.[of] ?? 0) + (count === 0 ? 0 : 1)
    return count === 1 ? String(begin) : `${begin},${count}`
  }
  const lines = hunk.map(({ sign, line }) =>
    line.endsWith('\n') ? `${sign}${line}` : `${sign}${line}\n\\ No newline at end of file\n`,
  )
  return `@@ -${span('a', '+')} +${span('b', '-')} @@\n${lines.join('')}`
}
