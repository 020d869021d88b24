import { describe, describeRemark, iriOf, remarks, validate } from '@provloom/prov'
import type { ProvRecord, Remark, Violation } from '@provloom/prov'
import { ProvloomError, exitCode, printable, renderError } from '@provloom/shared'
import { readDocument } from '../document-file.ts'
import { counted } from '../output/quantity.ts'
import { styleFor } from '../output/style.ts'

interface Verdict {
  readonly file: string
  readonly violations: readonly Violation[]
  readonly remarks: readonly Remark[]
  readonly error?: ProvloomError
}

/** `provloom validate FILE...`. All files are read, whatever is wrong with one. */
export async function validateFiles(
  files: readonly string[],
  given: Readonly<Record<string, string | boolean | undefined>>,
): Promise<number> {
  const from = typeof given['from'] === 'string' ? given['from'] : undefined
  const strict = given['strict'] === true
  const json = given['json'] === true
  const verdicts: Verdict[] = []
  for (const file of files) {
    const verdict = await verdictOn(file, from)
    verdicts.push(verdict)
    if (!json) show(verdict, strict)
  }
  if (json) process.stdout.write(`${JSON.stringify(verdicts.map(asJson))}\n`)
  else if (verdicts.length > 1) process.stdout.write(`${summary(verdicts)}\n`)
  if (verdicts.some(({ error }) => error !== undefined)) return exitCode.usage
  return verdicts.every((verdict) => passes(verdict, strict)) ? exitCode.ok : exitCode.failed
}

async function verdictOn(file: string, from: string | undefined): Promise<Verdict> {
  try {
    const document = await readDocument(file, from)
    return { file, violations: validate(document), remarks: remarks(document) }
  } catch (error) {
    if (!(error instanceof ProvloomError)) throw error
    return { file, violations: [], remarks: [], error }
  }
}

function passes({ violations, remarks: said }: Verdict, strict: boolean): boolean {
  return violations.length === 0 && (!strict || said.length === 0)
}

function show(verdict: Verdict, strict: boolean): void {
  const style = styleFor(process.stdout)
  const { file, violations, remarks: said, error } = verdict
  const name = printable(file)
  if (error !== undefined) {
    process.stdout.write(`${name}: ${style.bad('unreadable')}\n`)
    process.stderr.write(`${renderError(error)}\n`)
    return
  }
  const parts = [violations.length === 0 ? 'valid' : counted(violations.length, 'violation')]
  if (said.length > 0) parts.push(counted(said.length, 'remark'))
  const head = parts.join(', ')
  process.stdout.write(`${name}: ${passes(verdict, strict) ? style.good(head) : style.bad(head)}\n`)
  for (const text of [...violations.map(describe), ...said.map(describeRemark)])
    process.stdout.write(`${printable(text).replaceAll(/^/gm, '  ')}\n`)
}

/** `3 files: 1 valid, 1 with violations, 1 unreadable; 2 violations and 4 remarks in all` */
function summary(verdicts: readonly Verdict[]): string {
  const read = verdicts.filter(({ error }) => error === undefined)
  const invalid = read.filter(({ violations }) => violations.length > 0)
  const parts = [`${read.length - invalid.length} valid`]
  if (invalid.length > 0) parts.push(`${invalid.length} with violations`)
  if (read.length < verdicts.length) parts.push(`${verdicts.length - read.length} unreadable`)
  const total = (of: (verdict: Verdict) => readonly unknown[]): number =>
    read.reduce((sum, verdict) => sum + of(verdict).length, 0)
  const violations = counted(
    total((verdict) => verdict.violations),
    'violation',
  )
  const said = counted(
    total((verdict) => verdict.remarks),
    'remark',
  )
  return `${counted(verdicts.length, 'file')}: ${parts.join(', ')}; ${violations} and ${said} in all`
}

function asJson({ file, violations, remarks: said, error }: Verdict): object {
  if (error !== undefined)
    return { file, valid: null, error: { code: error.code, message: error.message, hint: error.hint } }
  return {
    file,
    valid: violations.length === 0,
    violations: violations.map(({ constraint, name, ...rest }) => ({
      constraint,
      name,
      ...foundAsJson(rest),
    })),
    remarks: said.map(({ code, name, ...rest }) => ({ code, name, ...foundAsJson(rest) })),
  }
}

function foundAsJson({
  why,
  bundle,
  count,
  records,
}: Pick<Violation, 'why' | 'bundle' | 'count' | 'records'>): object {
  return {
    why,
    bundle: bundle === null ? null : iriOf(bundle),
    count,
    records: records.map(({ kind, id }: ProvRecord) => ({ kind, id: id === null ? null : iriOf(id) })),
  }
}
