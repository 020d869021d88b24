import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { repository } from '../support/cli.ts'
import { catalogue } from './catalogue.ts'

const tests = Object.entries(catalogue).flatMap(([name, one]) =>
  'files' in one ? one.files.map((file) => ({ name, file, only: one.only })) : [],
)

it.each(tests)('npm run endure -- $name finds its tests in $file', ({ file, only }) => {
  const text = read(file)
  expect(text).toMatch(triesHarder)
  if (only !== undefined) expect(text).toMatch(new RegExp(`(?:['"\`])[^'"\`\\n]*${only}`))
})

it('whatever tries harder when it is asked to can be run by a name', () => {
  const trying = testFiles().filter((file) => triesHarder.test(read(file)))
  expect(trying.length).toBeGreaterThan(5)
  expect(trying.filter((file) => !tests.some((one) => one.file === file))).toEqual([])
})

it('a name that tests are skipped under is in the list', () => {
  const named = testFiles().flatMap((file) =>
    Array.from(read(file).matchAll(/'npm run endure -- ([a-z-]+)'/g), ([, name]) => name!),
  )
  expect(named.length).toBeGreaterThan(0)
  expect(named.filter((name) => !Object.hasOwn(catalogue, name))).toEqual([])
})

const triesHarder = /from '[a-z./]*support\/effort\.ts'|\boneWay\b/

function read(file: string): string {
  return fs.readFileSync(path.join(repository, file), 'utf8')
}

function testFiles(): string[] {
  const packages = fs.readdirSync(path.join(repository, 'packages')).map((name) => `packages/${name}/test`)
  return [...packages, 'test'].flatMap((folder) =>
    fs.existsSync(path.join(repository, folder))
      ? fs
          .readdirSync(path.join(repository, folder), { recursive: true, encoding: 'utf8' })
          .filter((name) => name.endsWith('.test.ts'))
          .map((name) => `${folder}/${name}`)
      : [],
  )
}
