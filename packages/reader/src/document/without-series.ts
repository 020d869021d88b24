/**
 * Of a large graph most is series: a line each, and what made it. Who asks what a run is made of, what it ran in and how ranks
 * stand needs none of them, but those that hold NaN. The lines are left out before anything is parsed.
 *
 * @param text a document as our writer lays it out: a record a line, in sections
 * @returns it without them; undefined where it is laid out otherwise
 */
export function withoutSeries(text: string): string | undefined {
  const lines = text.split('\n')
  if (lines[0] !== '{' || lines[1] !== '"prefix":{') return undefined
  const kept: string[] = []
  const left = new Set<string>()
  for (const line of lines) {
    if (isSeries(line)) left.add(idOf(line))
    else if (!isMadeSeries(line, left)) {
      // A section's last line has no comma, and the one that was may be gone.
      if (line.startsWith('}')) dropComma(kept)
      kept.push(line)
    }
  }
  return kept.join('\n')
}

const series = ['"mls:EvaluationMeasure"', '"mls:ModelEvaluation"']

function isSeries(line: string): boolean {
  return (
    series.some((type) => line.includes(type)) &&
    !line.includes('"provloom:nanRows"') &&
    !line.includes('"provloom:FinalMetric"')
  )
}

/** `"run:rank-0.loss":{...}` */
function idOf(line: string): string {
  return line.slice(1, line.indexOf('"', 1))
}

/** `"_:x":{"prov:entity":"run:rank-0.loss",...}` */
function isMadeSeries(line: string, left: ReadonlySet<string>): boolean {
  const mark = '{"prov:entity":"'
  const at = line.indexOf(mark)
  if (at < 0) return false
  const from = at + mark.length
  return left.has(line.slice(from, line.indexOf('"', from)))
}

function dropComma(lines: string[]): void {
  const last = lines.at(-1)
  if (last?.endsWith(',') === true && !last.startsWith('}')) lines[lines.length - 1] = last.slice(0, -1)
}
