import fs from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'

const page = path.resolve(import.meta.dirname, '../dist/page')
const names = fs.readdirSync(page)

/** A script and what it needs before it can begin: not what is asked for later. */
function needed(name: string): string[] {
  const text = fs.readFileSync(path.join(page, name), 'utf8')
  const imports = [...text.matchAll(/(?:from|import)"\.\/([\w-]+\.js)"/g)].map((match) => match[1]!)
  return [name, ...imports.flatMap(needed)]
}

describe('a first visit', () => {
  it.each(['runs', 'run-view'])('that begins with %s loads less than 60 kB of scripts', (start) => {
    const [first] = names.filter((name) => new RegExp(`^${start}-[A-Z0-9]{8}\\.js$`).test(name))
    const scripts = [...new Set(['page.js', first!].flatMap(needed))]
    const bytes = scripts.map((name) => gzipSync(fs.readFileSync(path.join(page, name)), { level: 9 }).length)
    expect(scripts.length).toBeGreaterThan(2)
    expect(bytes.reduce((sum, one) => sum + one, 0)).toBeLessThan(60_000)
  })

  it('loads everything from our own folder, and asks at once for what both beginnings need', () => {
    const html = fs.readFileSync(path.join(page, 'index.html'), 'utf8')
    const named = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!)
    expect(named.filter((name) => !names.includes(name))).toEqual([])
    expect(html.match(/modulepreload/g)?.length).toBeGreaterThan(1)
  })
})
