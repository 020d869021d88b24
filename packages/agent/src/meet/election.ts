import fs from 'node:fs'
import path from 'node:path'
import {
  claimGeneration,
  isGenerationOver,
  latestGeneration,
  makePath,
  startingFile,
  systemCode,
} from '@provloom/shared'

/**
 * Who starts the aggregator of a job, by files in the folder that its agents meet in (design: "One aggregator per job").
 *
 * `starting.G` is made by one process only (O_EXCL): it starts generation G. When that one is older than a while, or has
 * left, the next generation may be started. Nothing is renamed or removed: who renames may take a fresh file.
 */
export type Turn =
  | { readonly kind: 'ours'; readonly generation: number }
  /** Somebody else starts it; look for its connection file. */
  | { readonly kind: 'theirs' }

const staleMs = 20_000

/**
 * @param over the generation whose aggregator has said that it leaves, or does not live
 * @throws the system's error when the folder cannot be written
 */
export function elect(folder: string, over: number | undefined): Turn {
  makePath(folder, 'private')
  const latest = latestGeneration(folder)
  if (latest === undefined) return claim(folder, 0)
  const mayFollow = latest === over || isGenerationOver(folder, latest) || ageMs(folder, latest) > staleMs
  return mayFollow ? claim(folder, latest + 1) : { kind: 'theirs' }
}

function claim(folder: string, generation: number): Turn {
  return claimGeneration(folder, generation) ? { kind: 'ours', generation } : { kind: 'theirs' }
}

/** By the file system's own clock, which need not be this machine's. */
function ageMs(folder: string, generation: number): number {
  const probe = path.join(folder, `.now-${process.pid}`)
  try {
    fs.writeFileSync(probe, '', { mode: 0o600 })
    const now = fs.statSync(probe).mtimeMs
    return now - fs.statSync(startingFile(folder, generation)).mtimeMs
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return 0
    throw error
  } finally {
    fs.rmSync(probe, { force: true })
  }
}
