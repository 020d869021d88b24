import fs from 'node:fs'
import path from 'node:path'
import type { SpoolLook } from '@provloom/agent/spool'
import { shellWord } from '@provloom/shared'
import { counted } from '../output/quantity.ts'
import { experimentOf } from './belonging.ts'

/** What lies on this machine, as whoever types `provloom import` in a folder means it. */
export interface LeftHere {
  readonly here: readonly SpoolLook[]
  /** Of other folders: other jobs of this user, that may be none of his business now. */
  readonly elsewhere: readonly SpoolLook[]
}

/**
 * Sessions of this folder: of processes that ran in it, and of runs whose directories go into its save directory.
 *
 * @param saveDir as it was given; `prov` where it was not
 */
export function leftHere(looks: readonly SpoolLook[], saveDir: string | undefined): LeftHere {
  const own = new Set([path.resolve('.'), path.resolve(saveDir ?? 'prov')].map(real))
  const isHere = (look: SpoolLook): boolean => foldersOf(look).some((one) => own.has(real(one)))
  return { here: looks.filter(isHere), elsewhere: looks.filter((look) => !isHere(look)) }
}

/** Where they ran, how many of which experiment, and what to type. */
export function elsewhereWords(looks: readonly SpoolLook[]): string[] {
  const folders = new Map<string, Map<string, number>>()
  // What somebody waits for is most often the last.
  for (const look of looks.toSorted((a, b) => b.facts.openedUs - a.facts.openedUs)) {
    const { directory } = look.facts
    const names = folders.get(directory) ?? new Map<string, number>()
    folders.set(directory, names.set(experimentOf(look), (names.get(experimentOf(look)) ?? 0) + 1))
  }
  const lines = [...folders]
    .slice(0, foldersMax)
    .map(
      ([folder, names]) =>
        `  in ${folder}: ${[...names].map(([name, many]) => `${name} ${many}`).join(', ')}; cd ${shellWord(folder)} && provloom import`,
    )
  if (folders.size > foldersMax) lines.push(`  and in ${folders.size - foldersMax} more folders`)
  return [
    `${counted(looks.length, 'session')} of other folders left alone (provloom spools lists them):`,
    ...lines,
    '  all of them: provloom import --all',
  ]
}

const foldersMax = 10

function foldersOf({ facts, former }: SpoolLook): string[] {
  const saveDir = former.asked.provenanceSaveDir ?? facts.provenanceSaveDir ?? 'prov'
  const runDir = former.run?.runDir
  return [
    facts.directory,
    path.resolve(facts.directory, saveDir),
    ...(runDir === undefined ? [] : [path.dirname(runDir)]),
  ]
}

function real(folder: string): string {
  try {
    return fs.realpathSync(folder)
  } catch {
    // It is gone, or not made yet.
    return folder
  }
}
