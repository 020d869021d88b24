import { exportCrate } from '@provloom/crate'
import type { AboutSeen, ExportedCrate } from '@provloom/crate'
import { ProvloomError, exitCode, exitCodeOfSignal, printable, shownPath } from '@provloom/shared'
import { pathMeant } from '../look/options.ts'
import { bytes, counted } from '../output/quantity.ts'

/** `provloom export --ro-crate TARGET RUN`. */
export async function exportRun(
  run: string,
  given: Readonly<Record<string, string | boolean | undefined>>,
): Promise<number> {
  const { roCrate: target, about, force, json } = given
  if (typeof target !== 'string')
    throw new ProvloomError('MISSING_OPTION', 'Say as what the run is to be exported', {
      doing: 'read the command line',
      hint: 'As in: provloom export --ro-crate digits_0.zip prov/digits_0',
    })
  const crate = await untilStopped((signal) =>
    exportCrate({
      runDir: pathMeant(run, given),
      target,
      force: force === true,
      signal,
      ...(typeof about === 'string' ? { about } : {}),
    }),
  )
  if (typeof crate === 'number') return crate
  if (json === true) process.stdout.write(`${JSON.stringify(crate)}\n`)
  else show(crate)
  return crate.leftOut.length + crate.differing.length + crate.doubts.length === 0
    ? exitCode.ok
    : exitCode.failed
}

/** @returns a signal's exit code when one came first: what was written is gone then */
async function untilStopped<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | number> {
  const stop = new AbortController()
  let code: number | undefined
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      code = exitCodeOfSignal(signal)
      stop.abort()
    })
  try {
    return await work(stop.signal)
  } catch (error) {
    if (code === undefined) throw error
    return code
  }
}

function show(crate: ExportedCrate): void {
  const tell = (words: string): void => void process.stderr.write(`provloom: ${printable(words)}\n`)
  for (const { path, reason } of crate.leftOut) tell(`${path} is not in the crate: ${reason}`)
  for (const path of crate.differing) tell(`${path} is not what the run's graph says of it: it was changed`)
  for (const words of crate.doubts) tell(words)
  if (crate.status === 'running')
    tell(
      `${crate.run} goes on, or nobody has finished it (provloom recover): the crate has what was saved of it`,
    )
  for (const words of asked(crate.about)) tell(words)
  process.stdout.write(
    `${printable(crate.target)}: Process Run Crate of ${printable(crate.run)}, ${counted(crate.files, 'file')}, ${bytes(crate.bytes)}\n`,
  )
}

/** What a crate wants to be told and no run knows. */
function asked({ file, isThere, hasLicense, hasAuthors, licenseDoubt }: AboutSeen): string[] {
  const doubts = licenseDoubt === undefined ? [] : [licenseDoubt]
  const missing = [...(hasAuthors ? [] : ['authors']), ...(hasLicense ? [] : ['licence'])]
  if (missing.length === 0) return doubts
  const where = isThere ? 'fill in' : hasAuthors ? 'tell it in' : 'tell them in'
  return [
    ...doubts,
    `${missing.join(' and ')} of the crate ${missing.length > 1 || !hasAuthors ? 'are' : 'is'} not told: ${where} ${shownPath(file)} and export again with --force`,
  ]
}
