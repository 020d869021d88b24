import fs from 'node:fs'
import os from 'node:os'
import { filesOf } from '@provloom/rundir'
import type { Reader, RunAnswer } from '@provloom/reader'
import { ProvloomError, exitCode, limits } from '@provloom/shared'
import { readerFor } from '../look/options.ts'
import type { Given } from '../look/options.ts'
import type { Asked } from '../watch/screen.ts'
import { Blocks, Lines, OnScreen } from '../watch/watching.ts'
import type { Watching } from '../watch/watching.ts'

/** How often it is looked for what is new, which at most a fifth of the time is spent on. */
const lookMs = 1_000
const share = 5
/** Where no terminal is. */
const everySecondsDefault = 10

/** `provloom watch [RUN|DIR]`: follows a run to its end. */
export async function watch(word: string | undefined, given: Given): Promise<number> {
  const everyMs = everyOf(given['every']) * 1000
  const isDir = given['dir'] === undefined && word !== undefined && isFolderOfRuns(word)
  const reader = readerFor(isDir ? { ...given, dir: word } : given, true)
  const run = isDir ? undefined : word
  if (given['json'] === true) return follow(reader, run, new Lines())
  const isScreen = process.stdout.isTTY && process.env['TERM'] !== 'dumb'
  return follow(reader, run, isScreen ? new OnScreen() : new Blocks(everyMs))
}

function isFolderOfRuns(word: string): boolean {
  const isFolder = fs.statSync(word, { throwIfNoEntry: false })?.isDirectory() === true
  return isFolder && !fs.existsSync(filesOf(word).runJson)
}

function everyOf(given: string | boolean | undefined): number {
  if (given === undefined) return everySecondsDefault
  const seconds = Number(given)
  if (Number.isFinite(seconds) && seconds >= 1) return seconds
  throw new ProvloomError(
    'BAD_OPTION',
    `--every is a number of seconds, 1 at least, not ${JSON.stringify(given)}`,
    {
      doing: 'read the options',
      to: '--every',
      hint: 'As in: provloom watch --every 60 >> watch.log',
    },
  )
}

async function follow(reader: Reader, word: string | undefined, watching: Watching): Promise<number> {
  // What is no run is said before anything is drawn.
  let run = word === undefined ? newestIn(reader) : reader.directoryOf(word)
  watching.open(reader)
  const left: { asked?: Asked; wake: () => void } = { wake: () => {} }
  void watching.asked.then((what) => {
    left.asked = what
    left.wake()
  })
  try {
    let cursor: string | undefined
    let life: RunAnswer['life'] | undefined
    while (left.asked === undefined) {
      const began = performance.now()
      run ??= newestIn(reader)
      if (run === undefined) watching.wait(reader.directory)
      else {
        const changes = await reader.changes(run, {
          ...(cursor === undefined ? {} : { since: cursor }),
          events: true,
        })
        cursor = changes.cursor
        if (changes.changed) {
          const answer = await reader.run(run, { findings: 'known' })
          life = answer.life
          if (life.state !== 'ended') await watching.show(reader, answer)
        }
        if (changes.ended === true || isOver(life, watching.isSeen)) break
      }
      if (left.asked !== undefined) break
      const took = performance.now() - began
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.max(lookMs - took, took * (share - 1)))
        left.wake = (): void => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  } finally {
    watching.close()
  }
  if (left.asked !== undefined) return codeOf(left.asked)
  if (run === undefined) return exitCode.ok
  const last = await reader.run(run)
  await watching.end(reader, last)
  return last.status === 'completed' ? exitCode.ok : exitCode.failed
}

/** Also where what wrote it is gone for so long that nothing has taken its place. */
function isOver(life: RunAnswer['life'] | undefined, isSeen: boolean): boolean {
  if (life?.state !== 'gone') return life?.state === 'ended'
  return !isSeen && Date.now() - Date.parse(life.seen) > limits.silentAfterMs
}

/** As a shell has it of a command that a signal ended. */
function codeOf(asked: Asked): number {
  return asked === 'quit' ? exitCode.ok : 128 + os.constants.signals[asked]
}

function newestIn(reader: Reader): string | undefined {
  try {
    return reader.directoryOf()
  } catch (error) {
    if (error instanceof ProvloomError && error.code === 'RUN_UNKNOWN') return undefined
    throw error
  }
}
