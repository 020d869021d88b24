import { endAt } from './match.ts'
import { levelOf, levelOfOption } from './names.ts'
import { pairOptions, perhapsOptions, plainPrograms, programs } from './programs.ts'
import type { Bounds } from './shell.ts'
import type { Steps } from './steps.ts'
import { hints } from './table.ts'
import { isCall } from './value.ts'

const hint = new RegExp(
  String.raw`${hints.join('|')}|-(?:${[...pairOptions, ...perhapsOptions].join('|')})(?=["',= \t])`,
  'g',
)
const commandNames = programs
  .flatMap(({ of }) => of.map((name) => name.toLowerCase()))
  .filter((name) => !plainPrograms.includes(name))
const command = new RegExp(
  String.raw`(?<=^|[\t-\r "'/\x60()|;,&$[{:=>])(?:${[...new Set(commandNames)].sort().join('|')})(?=["']?,?[ \t"'])`,
  'g',
)
/** What words of a command have that others have not: options, escapes, quotes in the middle of a word, input. */
const commandWords = /(?:^|[\t-\r "'([,=])--?[A-Za-z]|\\|<<|\w["']\w|""|''|"'|'"/m
const nameTail = /[\w.$@/-]{0,128}/y
const nameCharacters = new Set('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.$@/-')
const nameReach = 64
const behindName = /["'\\\])`]{0,8}[ \t]{0,16}(?:[=:,>"'|]|->|[!+]=|<<|\\|\r?\n[ \t]*-|$)/y
/** The way from a name to its value, and what all has that may be made at random. */
const valueBegin = /["']?\]?[ \t]{0,16}(?:=>|->|:=|[!+=]?=+|:(?!:))[ \t]{0,16}/y
const turning = /(?<![A-Za-z0-9])(?:[A-Za-z]+[0-9]+[A-Za-z]+[0-9]|[0-9]+[A-Za-z]+[0-9]+[A-Za-z])/
/** How much of a value is looked at here. */
const valueReach = 256
/** A longer line is read around the hints in it, and in pieces; the next piece begins a bit before the last one ended. */
const longLine = 8_192
const windowSize = 2_048
const pieceMax = 16_384
const overlap = 512

/** Where in a text to look closer: the lines, or parts of long ones, in which a secret may stand, and where the line ends. */
export function* regions(
  steps: Steps,
  text: string,
  small: string,
  commands: readonly number[],
  isCode: boolean,
): Generator<Bounds> {
  let [start, stop, limit] = [0, 0, 0]
  for (const [at, end] of places(small, commands)) {
    if (steps.areSpent()) {
      yield [stop > start ? start : at, text.length, text.length]
      return
    }
    if (at < stop && (stop === limit || at + windowSize <= stop)) continue
    if (end > 0 && !isHot(steps, text, at, end, isCode)) continue
    if (at < stop) {
      stop = Math.min(at + 2 * windowSize, limit)
      if (stop - start <= pieceMax) continue
      yield [start, start + pieceMax + overlap, limit]
      start += pieceMax
      continue
    }
    if (stop > start) yield [start, stop, limit]
    ;[start, limit] = lineAround(text, at, stop)
    stop = limit
    if (limit - start > longLine) {
      start = Math.max(start, at - windowSize)
      stop = Math.min(limit, at + 2 * windowSize)
    }
  }
  if (stop > start) yield [start, stop, limit]
}

/** Begin and end of the places where to look closer, in order; the end is 0 where nothing more is to be asked. */
function* places(small: string, commands: readonly number[]): Generator<readonly [number, number]> {
  let one = 0
  for (const found of small.matchAll(hint)) {
    for (; one < commands.length && commands[one]! < found.index; one += 1) yield [commands[one]!, 0]
    yield [found.index, found.index + found[0].length]
  }
  for (; one < commands.length; one += 1) yield [commands[one]!, 0]
}

/** Where programs are named. */
export function commandsIn(steps: Steps, small: string): readonly number[] {
  const starts: number[] = []
  for (const found of small.matchAll(command)) {
    if (steps.areSpent()) return [0]
    starts.push(found.index)
  }
  return starts
}

/** Whether there may be words of a command in a part of a text. */
export function isCommand(text: string, commands: readonly number[], start: number, stop: number): boolean {
  let [low, high] = [0, commands.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (commands[middle]! < start) low = middle + 1
    else high = middle
  }
  return (low < commands.length && commands[low]! < stop) || commandWords.test(text.slice(start, stop))
}

/** Whether the name at a hint may be a secret's, and has a value that may be one. */
function isHot(steps: Steps, text: string, at: number, hintEnd: number, isCode: boolean): boolean {
  if (text[at] === '-') return at === 0 || !isWordCharacter(text[at - 1]!)
  steps.areSpent()
  const [start, end] = nameAround(text, at, hintEnd, 0)
  const level = text.startsWith('--', start)
    ? levelOfOption(text.slice(start + 2, end))
    : levelOf(text.slice(start, end), start > 0 && '?&#'.includes(text[start - 1]!))
  if (level === undefined) return false
  if (text[start] === '-') return true
  const isNamed = endAt(behindName, text, end) >= 0
  if (!isNamed || !isCode) return isNamed
  const value = endAt(valueBegin, text, end)
  if (value < 0) return true
  const isQuoted = text[end] === "'" || text[end] === '"'
  const near = text.slice(value, value + valueReach)
  const line = near.indexOf('\n')
  const said = line < 0 ? near : near.slice(0, line)
  if (said === '' || level !== 'perhaps')
    return said === '' || !isCall(text, value, value + said.length, isQuoted ? undefined : start)
  steps.areSpent(1 + Math.floor(said.length / 16))
  return turning.test(said)
}

export const isWordCharacter = (char: string): boolean => /\w/.test(char)

/** Begin and end of the name around a hint. */
export function nameAround(text: string, start: number, end: number, low: number): readonly [number, number] {
  const first = Math.max(low, start - nameReach)
  let at = start
  while (at > first && nameCharacters.has(text[at - 1]!)) at -= 1
  return [at, endAt(nameTail, text, end)]
}

export function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end
}

/** The line of a place, with those that a backslash at the end joins to it. */
function lineAround(text: string, at: number, low: number): readonly [number, number] {
  let start = at
  while (start > low) {
    const line = text.lastIndexOf('\n', start - 1) + 1
    start = Math.max(line, low)
    if (start <= low || text[start - 2] !== '\\') break
    start -= 1
  }
  let end = at
  while (true) {
    end = lineEnd(text, end)
    if (end === text.length || text[end - 1] !== '\\') return [start, end]
    end += 1
  }
}
