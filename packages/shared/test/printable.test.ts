import { expect, test } from 'vitest'
import { ProvloomError, printable, renderError } from '@provloom/shared'

test('what would command a terminal is shown instead of sent', () => {
  expect(printable('a\u001b[2Jb\u009b31mc\u007f\r\u0007\u0000')).toBe(
    'a\\u001b[2Jb\\u009b31mc\\u007f\\u000d\\u0007\\u0000',
  )
  expect(printable('evil\u202egnp.exe')).toBe('evil\\u202egnp.exe')
})

test('text, tabs and line ends stay as they are', () => {
  const text = 'Größe\t日本 😀\nend'
  expect(printable(text)).toBe(text)
})

test('an error is printed without the control characters of what it names', () => {
  const error = new ProvloomError('FILE_UNREADABLE', 'no \u001b]52;c;aGk=\u0007 here', {
    doing: 'read',
    hint: 'x\u009b',
  })
  expect(renderError(error)).toBe(
    'Error: no \\u001b]52;c;aGk=\\u0007 here [FILE_UNREADABLE]\nTry:   x\\u009b',
  )
})
