import fs from 'node:fs'
import os from 'node:os'
import type { Host } from '@provloom/shared'
import type { Variables } from '../place/variables.ts'
import type { Fact } from '../spool/own-stream.ts'
import { askProgram } from './bounded.ts'
import { RaplMeter } from './energy.ts'

type Gpu = NonNullable<Host['gpus']>[number]

const nvidiaSmiMs = 3_000

/**
 * The machine: processors, memory, system, its NVIDIA GPUs where their driver is loaded, and whether it lets its energy be
 * counted; most do not, and that is no trouble of a run's.
 */
export async function hostFact(
  environment: Variables,
  signal: AbortSignal,
  canCount: boolean = new RaplMeter().available,
): Promise<Fact> {
  const cpus = os.cpus()
  const gpus = await nvidiaGpus(environment, signal)
  return {
    type: 'host',
    host: os.hostname(),
    cores: cpus.length,
    memoryBytes: os.totalmem(),
    os: `${os.type()} ${os.release()} ${os.machine()}`,
    ...(cpus[0] === undefined ? {} : { cpu: cpus[0].model.trim() }),
    ...(gpus.length === 0 ? {} : { gpus }),
    ...(canCount ? {} : { notMeasured: 'energy: no RAPL counters can be read (/sys/class/powercap)' }),
  }
}

/** The login name, or undefined where the system knows none (a bare uid in a container). */
export function userFact(environment: Variables): Fact | undefined {
  const login = loginName() ?? environment['USER'] ?? environment['LOGNAME']
  return login === undefined || login === '' ? undefined : { type: 'user', login: login.slice(0, 512) }
}

function loginName(): string | undefined {
  try {
    return os.userInfo().username
  } catch {
    return undefined
  }
}

async function nvidiaGpus(environment: Variables, signal: AbortSignal): Promise<Gpu[]> {
  if (!fs.existsSync('/proc/driver/nvidia/version')) return []
  const table = await askProgram(
    'nvidia-smi',
    ['--query-gpu=name,uuid,memory.total', '--format=csv,noheader,nounits'],
    { timeoutMs: nvidiaSmiMs, environment, signal },
  )
  return gpusOf(table ?? '')
}

/** Rows of `nvidia-smi --query-gpu=name,uuid,memory.total --format=csv,noheader,nounits`; memory in MiB. */
export function gpusOf(table: string): Gpu[] {
  return table.split('\n').flatMap((line) => {
    const [name, uuid, mebibytes] = line.split(',').map((cell) => cell.trim())
    if (name === undefined || name === '') return []
    const memoryBytes = Number(mebibytes) * 1024 * 1024
    return [
      {
        name,
        ...(uuid === undefined || uuid === '' ? {} : { uuid }),
        ...(Number.isSafeInteger(memoryBytes) ? { memoryBytes } : {}),
      },
    ]
  })
}
