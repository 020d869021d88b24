import fs from 'node:fs'
import path from 'node:path'
import { filesOf } from '@provloom/rundir'
import { ProvloomError } from '@provloom/shared'
import type { Folder, KnownRun } from './folder.ts'

/** Digits of a run id that name it. */
const digitsMin = 6

/**
 * The run that is meant: by its directory's name, a path, or its id's start or end of six digits or more; the newest when
 * nothing is said.
 *
 * @throws {ProvloomError} `RUN_UNKNOWN`, `RUN_AMBIGUOUS`, `FILE_UNREADABLE`
 */
export function runMeant(folder: Folder, said: string | undefined): KnownRun {
  if (said === undefined) return newest(folder)
  const inside = path.join(folder.directory, said)
  const isName = said !== '' && said !== '.' && said !== '..' && !said.includes('/')
  if (isName && hasRun(inside)) return folder.at(inside)
  if (!isName && hasRun(path.resolve(said))) return folder.at(path.resolve(said))
  if (isName && hasRun(path.resolve(said))) return folder.at(path.resolve(said))
  const { runs, unreadable } = folder.look()
  const digits = said.toLowerCase().replaceAll('-', '')
  const byId = /^[0-9a-f]{6,32}$/.test(digits) ? runs.filter(({ file }) => fits(file.runId, digits)) : []
  const [one, ...others] = byId
  if (one !== undefined && others.length === 0) return one
  if (one !== undefined) throw ambiguous(said, byId)
  const broken = unreadable.find(({ run }) => run === said)
  // Says why it cannot be read.
  if (broken !== undefined) return folder.at(inside)
  throw unknown(folder, said, runs)
}

function fits(runId: string, digits: string): boolean {
  const all = runId.toLowerCase().replaceAll('-', '')
  return digits.length >= digitsMin && (all.startsWith(digits) || all.endsWith(digits))
}

function hasRun(directory: string): boolean {
  return fs.existsSync(filesOf(directory).runJson)
}

function newest(folder: Folder): KnownRun {
  const { runs, unreadable } = folder.look()
  const [one] = runs
  if (one !== undefined) return one
  const there = unreadable.length === 0 ? '' : ` that can be read (${unreadable.length} cannot)`
  throw new ProvloomError('RUN_UNKNOWN', `There is no run${there} in ${folder.directory}`, {
    doing: 'find the newest run',
    to: folder.directory,
    hint: 'Name the folder that runs are saved in, or make one: provloom run -- python train.py',
  })
}

function ambiguous(said: string, runs: readonly KnownRun[]): ProvloomError {
  const names = runs.slice(0, 5).map(({ name }) => name)
  return new ProvloomError('RUN_AMBIGUOUS', `${said} fits the ids of ${runs.length} runs`, {
    doing: 'find the run',
    to: said,
    hint: `Say more digits, or name one: ${names.join(', ')}.`,
  })
}

function unknown(folder: Folder, said: string, runs: readonly KnownRun[]): ProvloomError {
  const near = runs.filter(({ name }) => name.includes(said) || said.includes(name)).slice(0, 5)
  const shown = (near.length > 0 ? near : runs.slice(0, 5)).map(({ name }) => name)
  return new ProvloomError('RUN_UNKNOWN', `There is no run ${said} in ${folder.directory}`, {
    doing: 'find the run',
    to: said,
    hint:
      shown.length === 0
        ? 'Name a run by its folder or path, or the start of its id.'
        : `There ${shown.length === 1 ? 'is' : 'are'}: ${shown.join(', ')}. provloom ls shows all of them.`,
  })
}
