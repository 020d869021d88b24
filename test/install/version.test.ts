import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { version } from '@provloom/shared'
import { repository } from '../support/cli.ts'

test('all that is released has one version, and depends on ours of that version', () => {
  const read = (name: string): string => fs.readFileSync(path.join(repository, name), 'utf8')
  expect(/VERSION = "(.+)"/.exec(read('clients/python/provloom/_version.py'))?.[1]).toBe(version)
  const folders = fs.readdirSync(path.join(repository, 'packages')).map((name) => `packages/${name}`)
  for (const folder of ['.', ...folders]) {
    const manifest = JSON.parse(read(`${folder}/package.json`)) as {
      readonly version: string
      readonly dependencies?: Readonly<Record<string, string>>
    }
    expect(manifest.version, folder).toBe(version)
    for (const [name, needed] of Object.entries(manifest.dependencies ?? {}))
      if (name.startsWith('@provloom/')) expect([folder, name, needed]).toEqual([folder, name, version])
  }
})
