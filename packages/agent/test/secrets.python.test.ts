import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tries } from '../../../test/support/effort.ts'
import { hostileUnits } from '../../../test/support/hostile-units.ts'
import {
  knownTokens,
  oddText,
  remoteShape,
  secretShape,
  shellShape,
} from '../../../test/support/secret-shapes.ts'
import { cutCredentials, maskArguments, maskText, maskTold } from '../src/secrets.ts'
import { keyLines, keys, keysWith, phrases } from '../src/secrets/keys.ts'
import * as programs from '../src/secrets/programs.ts'
import * as table from '../src/secrets/table.ts'

const repository = new URL('../../../', import.meta.url)
const runs = { numRuns: tries(1_500), seed: 12 }

/** Asks the Python client's own functions, all cases in one process. */
function askPython(expression: string, cases: readonly unknown[]): unknown[] {
  const code = `import json, sys
from provloom import _secret_table as table
from provloom._secrets import told, text_without_secrets, without_credentials, without_secrets
print(json.dumps([${expression} for one in json.load(sys.stdin)]))`
  const answer = execFileSync('python3', ['-c', code], {
    input: JSON.stringify(cases),
    encoding: 'utf8',
    env: { ...process.env, PYTHONPATH: fileURLToPath(new URL('clients/python', repository)) },
    maxBuffer: 2 ** 28,
  })
  return JSON.parse(answer) as unknown[]
}

const ordinary = fs
  .readFileSync(new URL('test/data/ordinary-commands.txt', repository), 'utf8')
  .trim()
  .split('\n')

test('Python masks in command lines what TypeScript masks, and nothing else', () => {
  const argvs = fc.sample(secretShape, runs).map(({ argv }) => [...argv])
  const cases = [
    ...argvs,
    ...ordinary.map((line) => line.split(' ')),
    ...knownTokens.map((token) => [`--x=${token}`]),
  ]
  expect(askPython('without_secrets(one)', cases)).toEqual(cases.map(maskArguments))
})

test('Python masks in texts what TypeScript masks, and nothing else', () => {
  const lines = fc.sample(shellShape, runs).map(({ line }) => `INFO ${line}`)
  const cases = [...lines, ...ordinary, ...knownTokens.map((token) => `x: ${token},`), lines.join('\n')]
  expect(askPython('text_without_secrets(one)', cases)).toEqual(cases.map(maskText))
})

test('both mask the same in texts that nobody writes', () => {
  const words = programs.programs.flatMap(({ of, after, flags, joined }) =>
    [...of, ...(after ?? []), ...Object.keys(flags ?? {})]
      .map((word) => `${word} `)
      .concat(Object.keys(joined ?? {})),
  )
  const begins = keys.flatMap(([begins]) => begins.split(' '))
  const texts = fc.sample(oddText([...words, ...begins]), runs)
  expect(askPython('text_without_secrets(one)', texts)).toEqual(texts.map(maskText))
  expect(askPython('told(one)', texts)).toEqual(texts.map(maskTold))
  expect(askPython('without_credentials(one)', texts)).toEqual(texts.map(cutCredentials))
  const argvs = texts.map((text) => ['sh', '-c', text, ...text.split(' ')])
  expect(askPython('without_secrets(one)', argvs)).toEqual(argvs.map(maskArguments))
})

test('Python cuts from git remotes what TypeScript cuts', () => {
  const cases = fc.sample(remoteShape, runs).map(({ remote }) => remote)
  expect(askPython('without_credentials(one)', cases)).toEqual(cases.map(cutCredentials))
})

test('both stop at the same place of a text that has more in it than can be read in its time', () => {
  const cases = hostileUnits.map((unit) => `${unit.repeat(2 ** 16 / unit.length)}\n--password abc\n`)
  expect(askPython('text_without_secrets(one)', cases)).toEqual(cases.map(maskText))
})

test('the table of names, keys and programs is one', () => {
  const levels = Object.fromEntries(table.levels.map(([level, words]) => [level, words.join(' ')]))
  const rows = programs.programs.map(({ of, after, ...row }) => ({
    of: of.join(' '),
    ...(after === undefined ? {} : { after: after.join(' ') }),
    ...row,
  }))
  const ours = {
    MASK: table.mask,
    LEVELS: levels,
    STEMS: table.stems,
    NO_STEMS: table.noStems,
    KEY_OWNERS: table.keyOwners,
    KEY_FILES: table.keyFiles,
    KEY_FIELDS: table.keyFields,
    PLAIN_ENDS: table.plainEnds,
    OTHER_ENDS: table.otherEnds,
    NUMBERED_ENDS: table.numberedEnds,
    COUNTS: table.counts,
    TOKEN_PARTS: table.tokenParts,
    PASS_PARTS: table.passParts,
    FLAGS: table.flags,
    ABBREVIATED: table.abbreviated,
    URL_NAMES: table.urlNames,
    HINTS: table.hints,
    SCHEMES: table.schemes,
    PROGRAMS: rows,
    PAIR_OPTIONS: programs.pairOptions,
    PERHAPS_OPTIONS: programs.perhapsOptions,
    PLAIN_PROGRAMS: programs.plainPrograms,
    SECRET_INPUT: programs.secretInput,
    KEYS: keys,
    KEYS_WITH: keysWith,
    PHRASES: phrases,
    KEY_LINES: keyLines,
  }
  const [theirs] = askPython('{name: value for name, value in vars(table).items() if name.isupper()}', [0])
  expect(theirs).toEqual(ours)
})

test('every word that names a secret has a hint in it, by which it is found', () => {
  const words = [...table.levels.flatMap(([, words]) => words), ...table.stems]
  expect(words.filter((word) => !table.hints.some((hint) => word.includes(hint)))).toEqual([])
})
