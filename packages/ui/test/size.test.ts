import fs from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'

const page = path.resolve(import.meta.dirname, '../dist/page')

/** A script and what it needs before it can begin: not what is asked for later. */
function needed(name: string): string[] {
  const text = fs.readFileSync(path.join(page, name), 'utf8')
  const imports = [...text.matchAll(/(?:from|import)"\.\/(part-\w+\.js)"/g)].map((match) => match[1]!)
  return [name, ...imports.flatMap(needed)]
}

it('a first visit loads less than 60 kB of scripts, and everything from our own folder', () => {
  const scripts = [...new Set(needed('page.js'))]
  const bytes = scripts.map((name) => gzipSync(fs.readFileSync(path.join(page, name)), { level: 9 }).length)
  expect(scripts.length).toBeGreaterThan(1)
  expect(bytes.reduce((sum, one) => sum + one, 0)).toBeLessThan(60_000)
  const html = fs.readFileSync(path.join(page, 'index.html'), 'utf8')
  const named = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!)
  expect(named.filter((name) => !fs.existsSync(path.join(page, name)))).toEqual([])
})
