import os from 'node:os'
import { isOn, limits } from '@provloom/shared'
import type { Host } from '@provloom/shared'
import type { Variables } from '../../place/variables.ts'
import type { Fact } from '../../spool/own-stream.ts'
import { CraySource } from '../energy/cray.ts'
import { RaplSource } from '../energy/rapl.ts'
import { askHost } from './asked.ts'
import { fileSystemOf, linuxMounts } from './file-system.ts'
import { nvidiaGpus } from './nvidia.ts'
import { isKnown } from './told.ts'
import type { Gpu, HostFacts, Mount } from './told.ts'

/** What programs had to be asked for, once for all of a tree. */
export interface HostAnswers {
  readonly facts: HostFacts
  readonly mounts: readonly Mount[]
  readonly whole: boolean
}

/**
 * Asks systeminformation, and NVIDIA's own program: both at the same time, 5 s at the most. Never throws. Where somebody
 * wants no programs beside a training (`PROVLOOM_NO_MACHINE`), it says what the kernel tells.
 */
export async function hostAnswers(environment: Variables, signal: AbortSignal): Promise<HostAnswers> {
  if (isOn(environment, 'PROVLOOM_NO_MACHINE')) return { facts: {}, mounts: linuxMounts() ?? [], whole: true }
  const [asked, nvidia] = await Promise.all([
    askHost(environment, signal, limits.factsMs),
    nvidiaGpus(environment, signal, limits.factsMs),
  ])
  const gpus = gpusTold(nvidia, asked.gpus)
  return {
    facts: { ...asked.facts, ...(gpus.length === 0 ? {} : { gpus }) },
    mounts: linuxMounts() ?? asked.mounts,
    whole: asked.whole,
  }
}

/** A card that its own program has told of is told once. */
export function gpusTold(nvidia: readonly Gpu[], others: readonly Gpu[]): readonly Gpu[] {
  return nvidia.length === 0 ? others : [...nvidia, ...others.filter(({ name }) => !/nvidia/i.test(name))]
}

/** What every rank's agent says of its machine: it costs nothing to know. */
export function hostFact(answers: HostFacts = {}): Extract<Fact, { readonly type: 'host' }> {
  const [cpu, ...more] = os.cpus()
  const said: HostFacts = {
    ...(cpu === undefined ? {} : { cores: more.length + 1 }),
    ...(isKnown(cpu?.model) ? { cpu: cpu.model.trim() } : {}),
    memoryBytes: os.totalmem(),
    kernel: `${os.type()} ${os.release()}`,
    arch: os.machine(),
  }
  return { type: 'host', host: os.hostname(), ...said, ...answers }
}

/**
 * And why its energy is not counted, where that is so: a session that is over before anybody watches the machine for it
 * says so too. Its watch says more.
 */
export function energyNote(wanted: boolean, root = '/'): Pick<Host, 'notMeasured'> {
  if (!wanted) return { notMeasured: 'energy: it was not to be measured (disable_codecarbon)' }
  const found = [new CraySource(root), new RaplSource(root, () => 0)].map((source) => source.find())
  const reason = found.flatMap(({ unknown }) => unknown)[0]?.reason
  return found.some(({ devices }) => devices.length > 0) || reason === undefined
    ? {}
    : { notMeasured: `energy: ${reason}` }
}

/** What the folders of a session lie on. */
export async function folderFacts(
  { work, save }: { readonly work: string; readonly save: string },
  mounts: readonly Mount[],
): Promise<HostFacts> {
  const [ofWork, ofSave] = await Promise.all([fileSystemOf(work, mounts), fileSystemOf(save, mounts)])
  return {
    ...(ofWork?.type === undefined ? {} : { workFileSystem: ofWork.type }),
    ...(ofWork?.bytes === undefined ? {} : { workFileSystemBytes: ofWork.bytes }),
    ...(ofSave?.type === undefined ? {} : { saveFileSystem: ofSave.type }),
    ...(ofSave?.bytes === undefined ? {} : { saveFileSystemBytes: ofSave.bytes }),
  }
}
