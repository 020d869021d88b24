import fs from 'node:fs'
import os from 'node:os'
import { describe, expect, test } from 'vitest'
import { ProvloomError, knownError, renderError } from '../src/errors.ts'

/** As Node gives them. */
function systemError(code: string, number: number, path?: string): Error {
  const words = `${code}: said the system, open${path === undefined ? '' : ` '${path}'`}`
  return Object.assign(new Error(words), { errno: -number, code, syscall: 'open', path })
}

describe('an error of the system that nobody expected', () => {
  test.each([
    ['ENOSPC', 'FILE_UNWRITABLE', /df -i/],
    ['EROFS', 'FILE_UNWRITABLE', /read-only/],
    ['EACCES', 'FILE_REFUSED', /may read and write/],
    ['EIO', 'FILE_REFUSED', /disk/],
    ['EMFILE', 'OPEN_FILES', /ulimit -n/],
  ] as const)('%s is told as %s, with the file and what to try', (code, told, hint) => {
    const error = systemError(code, os.constants.errno[code], '/runs/e_0/.lease')
    expect(knownError(error)).toMatchObject({ code: told, to: '/runs/e_0/.lease', cause: error })
    const [head, tried] = renderError(error).split('\n')
    expect(head).toBe(
      `Error: Could not open /runs/e_0/.lease (${code}: said the system, open '/runs/e_0/.lease') [${told}]`,
    )
    expect(tried).toMatch(hint)
  })

  test('a quota has a name, though Node has none', () => {
    const { EDQUOT } = os.constants.errno
    const error = systemError(`Unknown system error -${EDQUOT}`, EDQUOT)
    expect(renderError(error)).toMatch(
      /^Error: Could not open \(EDQUOT: disk quota exceeded\) \[FILE_UNWRITABLE\]\n/,
    )
  })

  test('what no disk says is a bug, and what has a code keeps it', () => {
    expect(renderError(new TypeError('no'))).toMatch(/\[INTERNAL\]\nTry: .*bug of ours/)
    expect(knownError(Object.assign(new Error('no'), { code: 'ENOSPC' }))).toBeUndefined()
    const ours = new ProvloomError('RUN_HELD', 'two', { doing: 'join' })
    expect(knownError(ours)).toBe(ours)
  })

  test('is known from the real call', () => {
    let thrown: unknown
    try {
      fs.writeFileSync('/dev/full', 'x')
    } catch (error) {
      thrown = error
    }
    expect(knownError(thrown)?.code).toBe('FILE_UNWRITABLE')
  })
})
