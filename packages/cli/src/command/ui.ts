import { setFlagsFromString } from 'node:v8'
import { startUi } from '@provloom/ui'
import type { Ui } from '@provloom/ui'
import { ProvloomError, exitCode, printable } from '@provloom/shared'
import { readerFor } from '../look/options.ts'
import { counted } from '../output/quantity.ts'

/** `provloom ui [DIR]`: until it is asked to end. */
export async function ui(dir: string | undefined, given: Readonly<Record<string, unknown>>): Promise<number> {
  // What a large run's answer was made of is not kept until there is four times as much of it.
  setFlagsFromString('--heap-growing-percent=100')
  const folder = dir ?? given['dir']
  // A run that is about to begin makes it.
  const reader = readerFor(typeof folder === 'string' ? { dir: folder } : {}, true)
  const port = portOf(given['port'])
  const token = process.env['PROVLOOM_UI_TOKEN']
  const hosts = given['allowHost']
  const started = await startUi({
    reader,
    ...(port === undefined ? {} : { port }),
    ...(typeof given['socket'] === 'string' ? { socket: given['socket'] } : {}),
    ...(token === undefined || token === '' ? {} : { token }),
    allowHosts: Array.isArray(hosts) ? hosts.map(String) : [],
  })
  if (given['json'] === true) {
    const { url, tunnel } = started
    process.stdout.write(`${JSON.stringify({ url, tunnel, directory: reader.directory })}\n`)
  } else {
    const { total } = await reader.runs({ limit: 1 })
    for (const line of linesOf(started, reader.directory, total, port))
      process.stdout.write(`${printable(line)}\n`)
  }
  await asked()
  await started.close()
  return exitCode.ok
}

function linesOf(
  { url, tunnel, port }: Ui,
  directory: string,
  total: number,
  wanted: number | undefined,
): string[] {
  const moved =
    port === undefined || wanted === 0 || port === (wanted ?? 8642) ? '' : ` (${wanted ?? 8642} was taken)`
  return [
    `provloom ui: ${counted(total, 'run')} in ${directory}; it reads, and writes nothing${moved}`,
    `  open       ${url}`,
    `  elsewhere  ${tunnel}   and open the same address there`,
    '  Ctrl-C ends it; runs go on.',
  ]
}

function asked(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
  })
}

function portOf(value: unknown): number | undefined {
  if (value === undefined) return undefined
  const port = Number(value)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new ProvloomError('BAD_OPTION', `--port is a number from 0 to 65535, not ${JSON.stringify(value)}`, {
    doing: 'read the options',
    to: '--port',
    hint: 'As in: provloom ui --port 8642',
  })
}
