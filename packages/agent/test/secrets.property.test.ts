import fc from 'fast-check'
import { expect, test } from 'vitest'
import { knownTokens, remoteShape, secretShape } from '../../../test/support/secret-shapes.ts'
import { cutCredentials, maskArguments } from '../src/secrets.ts'

const runs = { numRuns: 2_000, seed: 11 }

test('no secret of a realistic shape is left in a command line, and the rest of it stays', () => {
  fc.assert(
    fc.property(secretShape, ({ argv, secret, stays }) => {
      const shown = maskArguments(argv)
      expect(shown.join('\n')).not.toContain(secret)
      expect(shown).toEqual(expect.arrayContaining([...stays]))
    }),
    runs,
  )
})

test.each(knownTokens)('a token of a well-known shape is masked wherever it stands: %s', (token) => {
  for (const argv of [[token], [`--x=${token}`], [`a "${token}" b`], [`{"x":"${token}"}`]])
    expect(maskArguments(argv).join(' ')).not.toContain(token)
})

test('no credential is left in a git remote, and its host and path stay', () => {
  fc.assert(
    fc.property(remoteShape, ({ remote, secret }) => {
      const shown = cutCredentials(remote)
      expect(shown).not.toContain(secret)
      expect(shown).toMatch(/host\.example\.org(:\d+)?\/a\/b\.git$/)
    }),
    runs,
  )
})

test('a command line without secrets stays as it is', () => {
  const argv = [
    'python',
    '-m',
    'train',
    '--max-tokens=512',
    '--tokenizer',
    'bert',
    '--key=loss',
    'model.hidden_size=512',
    '+trainer.passes=3',
    '--time=12:30:00',
    '--config={"lr": 0.1, "tokens": 5}',
    'C:\\data\\x',
    's3://bucket/path?versionId=3',
    '--ratio',
    'a:b',
  ]
  expect(maskArguments(argv)).toEqual(argv)
})

test.each(['x', 'x-', 'a:', '"a":', 'eyJ-', 'a.', ';a', 'a://', "'a':'", 'sk-', ' --token', ': '])(
  'an argument of a megabyte of %j is read in a moment',
  (unit) => {
    const began = performance.now()
    maskArguments([unit.repeat(2 ** 20 / unit.length)])
    expect(performance.now() - began).toBeLessThan(5_000)
  },
)
