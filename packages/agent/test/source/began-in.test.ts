import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { beganIn } from '../../src/source/began-in.ts'
import { freshFolder } from '../support/place.ts'

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

/** A process whose first environment says this of its folder. */
function begun(PWD: string): number {
  const child = spawn('sleep', ['60'], { env: { PATH: process.env['PATH'], PWD }, stdio: 'ignore' })
  ends.push(() => child.kill())
  return child.pid!
}

function withScript(): string {
  const folder = fs.realpathSync(freshFolder())
  fs.writeFileSync(path.join(folder, 'm.py'), '')
  return folder
}

const argv = ['python3', 'm.py']

test('a process that went elsewhere was begun where its environment says, if its script is there', async () => {
  const [folder, other] = [withScript(), freshFolder()]
  const script = path.join(folder, 'm.py')
  expect(beganIn({ argv, directory: other, script, pid: begun(folder) })).toBe(folder)
  expect(beganIn({ argv, directory: other, script: undefined, pid: begun(folder) })).toBe(folder)
})

test('where another file of that name lies it is not that one', () => {
  const [folder, other] = [withScript(), withScript()]
  const script = path.join(folder, 'm.py')
  expect(beganIn({ argv, directory: other, script, pid: begun(folder) })).toBe(folder)
})

test('what its environment says is not believed without the script: then it is not known', () => {
  expect(
    beganIn({ argv, directory: freshFolder(), script: undefined, pid: begun(freshFolder()) }),
  ).toBeUndefined()
})

test.each([
  ['whose script is there', argv],
  ['that is typed in', ['python3', '-c', 'pass']],
  ['by an absolute path', ['python3', '/nowhere/m.py']],
])('a command %s was begun where it is', (_, words) => {
  const folder = withScript()
  expect(beganIn({ argv: words, directory: folder, script: undefined, pid: begun(freshFolder()) })).toBe(
    folder,
  )
})
