import { describe, iriOf, validate } from '@provloom/prov'
import type { Violation } from '@provloom/prov'
import { ProvloomError, exitCode, printable, renderError } from '@provloom/shared'
import { readDocument } from '../document-file.ts'
import { counted } from '../output/quantity.ts'
import { styleFor } from '../output/style.ts'

interface Verdict {
  readonly file: string
  readonly violations: readonly Violation[]
  readonly error?: ProvloomError
}

/** `provloom validate FILE...`. All files are read, whatever is wrong with one. */
export async function validateFiles(
  files: readonly string[],
  given: Readonly<Record<string, string | boolean | undefined>>,
): Promise<number> {
  const from = typeof given['from'] === 'string' ? given['from'] : undefined
  const verdicts: Verdict[] = []
  for (const file of files) verdicts.push(await verdictOn(file, from))
  if (given['json'] === true) process.stdout.write(`${JSON.stringify(verdicts.map(asJson))}\n`)
  else for (const verdict of verdicts) show(verdict)
  if (verdicts.some((verdict) => verdict.error !== undefined)) return exitCode.usage
  return verdicts.some((verdict) => verdict.violations.length > 0) ? exitCode.failed : exitCode.ok
}

async function verdictOn(file: string, from: string | undefined): Promise<Verdict> {
  try {
    return { file, violations: validate(await readDocument(file, from)) }
  } catch (error) {
    if (!(error instanceof ProvloomError)) throw error
    return { file, violations: [], error }
  }
}

function show({ file, violations, error }: Verdict): void {
  const style = styleFor(process.stdout)
  if (error !== undefined) {
    process.stderr.write(`${renderError(error)}\n`)
    return
  }
  if (violations.length === 0) {
    process.stdout.write(`${file}: ${style.good('valid')}\n`)
    return
  }
  process.stdout.write(`${file}: ${style.bad(counted(violations.length, 'violation'))}\n`)
  for (const violation of violations)
    process.stdout.write(`${printable(describe(violation)).replaceAll(/^/gm, '  ')}\n`)
}

function asJson({ file, violations, error }: Verdict): object {
  if (error !== undefined)
    return { file, valid: null, error: { code: error.code, message: error.message, hint: error.hint } }
  return {
    file,
    valid: violations.length === 0,
    violations: violations.map((one) => ({
      constraint: one.constraint,
      name: one.name,
      why: one.why,
      bundle: one.bundle === null ? null : iriOf(one.bundle),
      records: one.records.map((record) => ({
        kind: record.kind,
        id: record.id === null ? null : iriOf(record.id),
      })),
    })),
  }
}
