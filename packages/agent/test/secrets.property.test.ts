import fc from 'fast-check'
import { expect, test } from 'vitest'
import { enduring, tries } from '../../../test/support/effort.ts'
import { hostileUnits } from '../../../test/support/hostile-units.ts'
import {
  knownTokens,
  remoteShape,
  secretShape,
  shellShape,
  staying,
} from '../../../test/support/secret-shapes.ts'
import { cutCredentials, maskArguments, maskText } from '../src/secrets.ts'

const runs = { numRuns: tries(2_000), seed: 11 }

function expectNone(shown: string, parts: readonly string[]): void {
  for (const part of parts) expect(shown).not.toContain(part)
}

test('no secret of a realistic shape is left in a command line, and the rest of it stays', () => {
  fc.assert(
    fc.property(secretShape, ({ argv, parts }) => {
      const shown = maskArguments(argv)
      expectNone(shown.join('\n'), parts)
      expect(maskArguments(shown)).toEqual(shown)
      if (argv[0] !== 'bash') expect(shown).toEqual(expect.arrayContaining([...staying]))
    }),
    runs,
  )
})

test('no secret is left of a command in a log, however it is quoted', () => {
  fc.assert(
    fc.property(shellShape, fc.constantFrom('', '+ ', '2024-05-01 INFO run: '), ({ line, parts }, before) => {
      const shown = maskText(before + line)
      expectNone(shown, parts)
      expect(maskText(shown)).toBe(shown)
    }),
    runs,
  )
})

test('what is masked stays masked, and nothing raises, whatever the text is', () => {
  const pieces = fc.constantFrom(
    ...`"'\\=: \n,;{}[]()$\`<>&|-/?#@*+`.split(''),
    '--',
    'key',
    'token',
    'password',
    'secret',
    'user',
    'mysql ',
    'curl ',
    '-u ',
    '-p',
    '://',
    'Bearer ',
    'hf_',
    'x1Y2z3W4v5',
    'value',
    'name',
    'é',
    'İ',
    '😀',
    '<<EOF\n',
    'EOF\n',
    "'''",
    '"""',
    'export ',
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
      const text = parts.join('')
      expect(maskArguments([text, text])).toHaveLength(2)
      expect(maskText(text)).toBe(maskText(text))
      expect(maskText('x')).toBe('x')
    }),
    runs,
  )
})

test.each(knownTokens)('a key of a well-known shape is masked wherever it stands: %s', (token) => {
  for (const text of [
    token,
    `--x=${token}`,
    `a "${token}" b`,
    `{"x":"${token}"}`,
    `x: ${token},`,
    `\\n${token}\\n`,
  ]) {
    expect(maskArguments([text]).join(' ')).not.toContain(token)
    expect(maskText(`a\n${text}`)).not.toContain(token)
  }
})

test('no credential is left in a git remote, and its host and path stay', () => {
  fc.assert(
    fc.property(remoteShape, ({ remote, parts }) => {
      const shown = cutCredentials(remote)
      expectNone(shown, parts)
      expect(shown).toMatch(/host\.example\.org(:\d+)?\/a\/b\.git$/)
    }),
    runs,
  )
})

function cpuMs(work: () => unknown): number {
  const began = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(began)
  return (user + system) / 1_000
}

test.each(hostileUnits)('a text four times as long as one of %j costs about four times as much', (unit) => {
  const ofSize = (size: number): string => unit.repeat(size / unit.length)
  // Long enough that a square of it would be seen.
  const bits = enduring ? 16 : 14
  for (const mask of [
    maskText,
    (text: string) => maskArguments([text]),
    (text: string) => maskArguments(['sh', '-c', text]),
  ]) {
    const grows = (): boolean => {
      const small = cpuMs(() => mask(ofSize(2 ** bits)))
      return cpuMs(() => mask(ofSize(2 ** (bits + 2)))) > 10 * small + 40
    }
    // Twice by chance, on a machine that does other things: not three times.
    expect(grows() && grows() && grows()).toBe(false)
  }
})

test('of a text with more in it than can be read in its time the rest is masked', () => {
  const shown = maskText('password=abc '.repeat(100_000))
  expect(shown).not.toContain('abc')
  expect(shown.endsWith('***')).toBe(true)
})
