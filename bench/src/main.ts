/** `npm run bench`: measures, shows, compares. bench/README.md says how to read it. */
import { reasonOf } from '@provloom/shared'
import type { Figure } from './figure.ts'
import { helpText, readOptions } from './options.ts'
import type { Options } from './options.ts'
import { baselineFile, compare, readBaseline, writeBaseline } from './report/baseline.ts'
import { lineOf } from './report/line.ts'
import { headOf, renderVerdicts, rowsOf } from './report/table.ts'
import { suites } from './suites.ts'
import { Workshop } from './workshop.ts'

async function main(options: Options): Promise<number> {
  const workshop = new Workshop(options)
  const figures: Figure[] = []
  let failed = 0
  try {
    if (!options.json) process.stdout.write(headOf())
    for (const suite of suites) {
      if (!workshop.wants(suite.name)) continue
      if (!options.json) process.stdout.write(`\n${suite.title}\n`)
      try {
        for await (const figure of suite.measure(workshop)) {
          figures.push(figure)
          process.stdout.write(options.json ? `${lineOf(figure)}\n` : rowsOf(figure))
        }
      } catch (error) {
        failed++
        process.stderr.write(`bench: ${suite.name} was not measured: ${reasonOf(error)}\n`)
        if (error instanceof Error && process.env['BENCH_TRACE'])
          process.stderr.write(`${error.stack ?? ''}\n`)
      }
    }
  } finally {
    workshop.close()
  }
  if (figures.length === 0 && failed === 0) {
    process.stderr.write(`bench: no figure has a name that begins with ${options.only.join(', ')}\n`)
    return 2
  }
  if (options.save) writeBaseline(figures)
  const worse = options.compare ? tell(figures) : 0
  return failed > 0 || worse > 0 ? 1 : 0
}

/** @returns how many figures got worse */
function tell(figures: readonly Figure[]): number {
  const verdicts = compare(figures, readBaseline())
  process.stderr.write(renderVerdicts(verdicts, baselineFile))
  return verdicts.filter((verdict) => verdict.kind === 'worse').length
}

try {
  const options = readOptions(process.argv.slice(2))
  if (options.help) process.stdout.write(helpText)
  else process.exitCode = await main(options)
} catch (error) {
  process.stderr.write(`Error: ${reasonOf(error)}\nTry:   npm run bench -- --help\n`)
  process.exitCode = 2
}
