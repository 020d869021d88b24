import fs from 'node:fs'
import { describe, expect, it } from 'vitest'
import { limits } from '@provloom/shared'
import { notReached } from './limits-not-reached.ts'
import { limitsReached } from './limits-reached.ts'

const page = read('docs/operating.md')

function read(file: string): string {
  return fs.readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
}

it.each(Object.entries(limits))('docs/operating.md tells limit %s and its value', (name, value) => {
  const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\` |`))
  expect(row, name).toBeDefined()
  expect(row!.split('|')[2]!.trim()).toBe(value.toLocaleString('en-US'))
})

it('docs/operating.md tells no limit that there is not', () => {
  const told = [...page.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1])
  expect(told.filter((name) => !Object.hasOwn(limits, name ?? ''))).toEqual([])
})

/** The text of a test from its title on; undefined when there is no such test, or it is skipped for good. */
function textOfTest(file: string, title: string): string | undefined {
  const text = read(file)
  const quoted = title.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
  const python = file.endsWith('.py')
  const begin = python
    ? new RegExp(String.raw`^ +def ${quoted}\(self\):`, 'm')
    : new RegExp(String.raw`^ *(?:it|test)(?:\.skipIf\(.*\))?\(\s*['"\x60]${quoted}(?:['"\x60]|\$\{)`, 'm')
  const found = begin.exec(text)
  if (found === null) return undefined
  const rest = text.slice(found.index + found[0].length)
  const next = (python ? /^ +def |^class /m : /^ *(?:it|test|describe)(?:\.\w+)*\(/m).exec(rest)
  return next === null ? rest : rest.slice(0, next.index)
}

/** As the clients in other languages write it. */
function constantOf(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
}

describe('every limit is reached by a test, or says why it is not', () => {
  const reachable = Object.keys(limits).filter((name) => !Object.hasOwn(notReached, name))
  it.each(reachable)('%s', (name) => {
    const tests = limitsReached[name] ?? []
    expect(tests.length, `no test claims to reach ${name}: limits-reached.ts`).toBeGreaterThan(0)
    for (const { file, title } of tests) {
      const text = textOfTest(file, title)
      expect(text, `${file} has no test "${title}" that runs`).toBeDefined()
      const says = new RegExp(String.raw`\b(?:${name}|${constantOf(name)})\b`)
      expect(text, `"${title}" does not speak of ${name}`).toMatch(says)
    }
  })

  it('and none is claimed that there is not', () => {
    const told = [...Object.keys(limitsReached), ...Object.keys(notReached)]
    expect(told.filter((name) => !Object.hasOwn(limits, name))).toEqual([])
    expect(new Set(told).size).toBe(told.length)
  })
})
