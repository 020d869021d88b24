import { handOnKept, isServerUri, keptForServers } from '@provloom/mlflow'
import type { HandedOn, KeptForServer } from '@provloom/mlflow'
import { ProvloomError, exitCode, printable, reasonOf } from '@provloom/shared'
import { counted } from '../output/quantity.ts'
import { rootsOf } from './spools.ts'

/** `provloom mlflow-forward [URI]`: hands on to MLflow servers what earlier commands have left for them. */
export async function mlflowForward(
  uri: string | undefined,
  given: Readonly<Record<string, unknown>>,
): Promise<number> {
  if (uri !== undefined && !isServerUri(uri)) throw noServer(uri)
  const roots = rootsOf(given)
  const kept = keptForServers(roots)
  const results: object[] = []
  let isWhole = true
  for (const one of kept) {
    const handed = await handOn(one, uri)
    isWhole &&= typeof handed !== 'string' && handed.left === 0
    const became = typeof handed === 'string' ? { reason: handed } : handed
    results.push({ folder: one.folder, uri: uri ?? one.uri, ...became })
    if (given['json'] !== true) process.stdout.write(printable(`${wordsOf(one, uri, handed)}\n`))
  }
  if (given['json'] === true)
    process.stdout.write(`${JSON.stringify({ kind: 'mlflow-forward', roots, handedOn: results })}\n`)
  else if (kept.length === 0)
    process.stdout.write(`nothing is kept for an MLflow server (looked in ${roots.join(', ')})\n`)
  return isWhole ? exitCode.ok : exitCode.unavailable
}

async function handOn(kept: KeptForServer, uri: string | undefined): Promise<HandedOn | string> {
  if (kept.isOwned) return 'a command that goes on hands it on'
  try {
    return await handOnKept(kept, process.env, telling(), uri ?? kept.uri)
  } catch (error) {
    return reasonOf(error)
  }
}

function wordsOf(
  { folder, uri: known }: KeptForServer,
  uri: string | undefined,
  handed: HandedOn | string,
): string {
  if (typeof handed === 'string') return `${folder} for ${known} is left alone: ${handed}`
  const { runs, values, files, left, refused, reason } = handed
  const many = [counted(runs, 'run'), counted(values, 'value'), counted(files, 'file')].join(', ')
  const without = refused === 0 ? '' : `; it does not take ${refused} more`
  const rest = left === 0 ? '' : `; ${left} more are kept in ${folder}: ${reason ?? 'nothing moved any more'}`
  return `handed on to ${uri ?? known}: ${many}${without}${rest}`
}

function noServer(uri: string): ProvloomError {
  return new ProvloomError('BAD_OPTION', `${uri} names no server`, {
    doing: 'read the options',
    to: 'URI',
    hint: 'Give the address of an MLflow server: http://... or https://...',
  })
}

/** Each thing once: what cannot be reached is tried again and again. */
function telling(): (message: string) => void {
  const told = new Set<string>()
  return (message) => {
    if (told.has(message)) return
    told.add(message)
    process.stderr.write(`provloom: ${printable(message)}\n`)
  }
}
