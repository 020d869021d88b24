import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { decodeEvent, fieldsIn, fieldsOf, nodeFlags } from '@provloom/shared'
import type { Variables } from '../../place/variables.ts'
import type { Gpu, HostFacts, Mount } from './told.ts'

/** What the process beside us has found out, as far as it came. */
export interface Asked {
  readonly facts: HostFacts
  readonly gpus: readonly Gpu[]
  /** Where the system itself has no table of them. */
  readonly mounts: readonly Mount[]
  /** It ended by itself, with everything said. */
  readonly whole: boolean
}

/** From sources too it is the compiled one that is started: not every Node reads TypeScript. */
const program = new URL(
  import.meta.url.endsWith('.ts') ? '../../../dist/source/host/host-process.js' : './host-process.js',
  import.meta.url,
)

/** Asks in a process of its own. Never throws; what it and its programs still do when the time is over is ended. */
export async function askHost(
  environment: Variables,
  signal: AbortSignal,
  timeoutMs: number,
  file: string = fileURLToPath(program),
): Promise<Asked> {
  return askedOf(await linesOf([...nodeFlags, file], environment, signal, timeoutMs))
}

function linesOf(
  argv: readonly string[],
  environment: Variables,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<string> {
  return new Promise((resolve) => {
    // A group of its own, so that all of it can be ended.
    const child = spawn(process.execPath, argv, {
      cwd: '/',
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...environment, NODE_OPTIONS: '' },
    })
    let said = ''
    child.stdout.setEncoding('utf8')
    child.stdout.on('data', (text: string) => {
      said += text
    })
    const over = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve(said)
    }
    const end = (): void => {
      endGroup(child.pid)
      child.stdout.destroy()
      child.unref()
      over()
    }
    const timer = setTimeout(end, timeoutMs)
    signal.addEventListener('abort', end, { once: true })
    child.once('error', over)
    child.once('close', over)
    if (signal.aborted) end()
  })
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL')
  } catch {
    // It has ended meanwhile.
  }
}

/** Lines that are whole, and say what an event may hold. */
export function askedOf(text: string): Asked {
  const answers = text.split('\n').slice(0, -1).map(fieldsIn)
  const told = (name: string): unknown[] => answers.flatMap((one) => (one.has(name) ? [one.get(name)] : []))
  const event = decodeEvent(
    Buffer.from(
      JSON.stringify({
        ...Object.assign({}, ...told('host')),
        gpus: told('gpus').flat(),
        type: 'host',
        time: 0,
        host: 'here',
      }),
    ),
  )
  if (event.kind !== 'event' || event.event.type !== 'host')
    return { facts: {}, gpus: [], mounts: [], whole: false }
  const { type: _, time: _time, host: _host, gpus = [], ...facts } = event.event
  return { facts, gpus, mounts: told('mounts').flat().filter(isMount), whole: told('over').length > 0 }
}

function isMount(value: unknown): value is Mount {
  const fields = fieldsOf(value)
  return typeof fields.get('folder') === 'string' && typeof fields.get('type') === 'string'
}
