import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { nodeFlags, version } from '@provloom/shared'
import { statOf } from '@provloom/shared/process'
import { devicesOf, machineDevices } from '../place/devices.ts'
import { maskArguments } from '../secrets.ts'
import { beganIn } from './began-in.ts'
import type { EventSource, SourceWriter } from './event-source.ts'
import type { Observed } from './observed.ts'
import { userFact } from './user.ts'

/** Who a session is: its process, how that was started, by whom, and where it stands in its job. Known at once. */
export class WorkerFacts implements EventSource {
  readonly #of: Observed

  constructor(of: Observed) {
    this.#of = of
  }

  start(writer: SourceWriter): void {
    const { place, variables, argv, pid, hostId, startedUs, processUs, topPid } = this.#of
    const devices = devicesOf(variables, place.localRank, machineDevices())
    const launcherCommand = place.launcher === 'none' ? undefined : parentCommand(topPid)
    const shown = maskArguments(argv)
    const began = beganIn(this.#of)
    const directory = began === undefined ? {} : { directory: began }
    writer.record({
      type: 'rank.start',
      time: startedUs,
      pid,
      ...(processUs === undefined ? {} : { processTime: processUs }),
      host: os.hostname(),
      hostId,
      argv: shown,
      ...directory,
      agentVersion: version,
      ...(place.launcher === 'none' ? {} : { launcher: place.launcher }),
      ...(launcherCommand === undefined ? {} : { launcherCommand }),
      ...(place.localRank === undefined ? {} : { localRank: place.localRank }),
      ...(place.nodeRank === undefined ? {} : { nodeRank: place.nodeRank }),
      ...(place.worldSize === undefined ? {} : { worldSize: place.worldSize }),
      ...(devices === undefined ? {} : { devices }),
    })
    writer.record({ type: 'command', argv: shown, ...directory })
    for (const message of place.contradictions) writer.record({ type: 'problem', code: 'RANK', message })
    const user = userFact(variables)
    if (user !== undefined) writer.record(user)
  }

  async stop(): Promise<void> {}
}

/** `provloom run ...` of our own command, which runs as Node with flags that nobody has typed. */
function asTyped(words: readonly string[]): readonly string[] {
  const [, ...rest] = words
  const isOurs = nodeFlags.every((flag, i) => rest[i] === flag)
  const [script, ...given] = rest.slice(nodeFlags.length)
  return isOurs && script !== undefined ? [path.basename(script, '.js'), ...given] : words
}

/** The parent is the launcher, or its daemon on this machine. */
function parentCommand(pid: number): string[] | undefined {
  const parent = statOf(pid)?.[1]
  try {
    const words = fs.readFileSync(`/proc/${parent}/cmdline`, 'utf8').split('\0')
    return maskArguments(asTyped(words.filter((word, i) => word !== '' || i < words.length - 1)))
  } catch {
    return undefined
  }
}
