import { ProvloomError } from '../errors.ts'
import { runIdFrom } from '../ids.ts'
import { flagOf, options, variableOf } from './options.ts'
import type { GivenOptions, Option, Part } from './options.ts'
import { flagIn, flagWords } from './variables.ts'

/** An option's value after the check at the door. */
export type OptionValue = string | number | boolean

/**
 * Checks options once, at the door. What is given in `input` wins over the environment's `PROVLOOM_*`.
 *
 * @param input from a program (typed values) or the command line (text)
 * @throws {ProvloomError} `UNKNOWN_OPTION` naming the nearest known one; `BAD_OPTION` naming option, expectation and value
 */
export function checkOptions(
  part: Part,
  input: Readonly<Record<string, unknown>>,
  environment: NodeJS.ProcessEnv = {},
): GivenOptions {
  const known = optionsOf(part)
  const given: Record<string, OptionValue> = {}
  for (const [name, option] of known) {
    const variable = variableOf(name)
    const text = environment[variable]
    if (text !== undefined && text !== '') given[name] = checkValue(variable, option, text)
  }
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined) continue
    const option = known.get(name)
    if (option === undefined) throw unknownOption(name, [...known.keys()])
    given[name] = checkValue(name, option, value)
  }
  // Each value was checked against the kind that GivenOptions states for its name.
  return given
}

export function optionsOf(part: Part): Map<string, Option> {
  return new Map(Object.entries(options).filter(([, option]) => option.parts.includes(part)))
}

function checkValue(name: string, option: Option, value: unknown): OptionValue {
  switch (option.kind) {
    case 'text':
    case 'path':
      if (typeof value === 'string' && value.trim() !== '' && value.length <= 4096 && !value.includes('\0'))
        return value
      throw badOption(name, 'text that is not empty', value)
    case 'run-id': {
      const runId = runIdFrom(value)
      if (runId !== undefined) return runId
      throw badOption(name, 'the id of a run, a UUID as run.json has it', value)
    }
    case 'flag':
      if (typeof value === 'boolean') return value
      if (typeof value === 'string' && flagIn(value) !== undefined) return flagIn(value)!
      throw badOption(name, `one of ${flagWords}`, value)
    case 'count':
      return integer(name, value, 0, 'an integer from 0 to 2147483647')
    case 'port':
      return integer(name, value, 0, 'a port from 0 to 65535', 65_535)
    case 'positive':
      return integer(name, value, 1, 'an integer from 1 to 2147483647')
    case 'intensity': {
      const grams = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
      if (typeof grams === 'number' && grams >= 0 && grams <= 10_000) return grams
      throw badOption(name, 'grams for a kilowatt-hour, from 0 to 10000', value)
    }
    case 'seconds': {
      const seconds = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
      if (typeof seconds === 'number' && seconds >= 0 && seconds <= 86_400) return seconds
      throw badOption(name, 'a number of seconds from 0 to 86400', value)
    }
  }
}

function integer(name: string, value: unknown, min: number, expected: string, max = 2 ** 31 - 1): number {
  const number = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value
  if (typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max) return number
  throw badOption(name, expected, value)
}

function badOption(name: string, expected: string, value: unknown): ProvloomError {
  const shown = name.startsWith('PROVLOOM_') ? name : flagOf(name)
  return new ProvloomError(
    'BAD_OPTION',
    `${shown} must be ${expected}, not ${JSON.stringify(value) ?? String(value)}`,
    {
      doing: 'read the options',
      to: shown,
      hint: `Give ${shown} ${expected}.`,
    },
  )
}

/** `UNKNOWN_OPTION` with the nearest known name. */
export function unknownOption(name: string, known: readonly string[]): ProvloomError {
  const near = nearest(name, known)
  return new ProvloomError('UNKNOWN_OPTION', `There is no option ${flagOf(name)}`, {
    doing: 'read the options',
    to: flagOf(name),
    hint:
      near === undefined
        ? 'See --help for the options there are.'
        : `Did you mean ${flagOf(near)}? --help lists them all.`,
  })
}

/** The known name with the smallest edit distance, when it is near enough to be meant. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  let best: { name: string; distance: number } | undefined
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (best === undefined || distance < best.distance) best = { name: candidate, distance }
  }
  return best !== undefined && best.distance <= Math.max(2, Math.floor(name.length / 3))
    ? best.name
    : undefined
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, swap))
    }
    row = next
  }
  return row[b.length]!
}
