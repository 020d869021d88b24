import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { encodeEvent, pointBytes, removeFolder, writePoint } from '@provloom/shared'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { eventFields } from '../../../shared/src/event/fields.ts'
import { CountsInMemory } from '../../src/spool/counts.ts'
import { Segments } from '../../src/spool/segments.ts'
import { makeSpoolFolder } from './spool.ts'

const root = path.resolve(import.meta.dirname, '..', '..', '..', '..')
const page = path.join(root, 'docs', 'spool-format.md')
const text = fs.readFileSync(page, 'utf8')
let folder: string

beforeEach(() => {
  folder = makeSpoolFolder()
})
afterEach(() => removeFolder(folder))

const time = 1_700_000_000_000_000

test('the segment on the page is the one that our writers write', () => {
  const log = new Segments(folder, new CountsInMemory(), () => {})
  log.begin()
  const point = Buffer.alloc(pointBytes)
  writePoint(point, 0, 10n, BigInt(time + 2), 0.42)
  const start = {
    type: 'session.start',
    time,
    session: '0123456789abcdef',
    pid: 7,
    library: 'example',
    libraryVersion: '1',
    language: 'c',
  } as const
  const series = { type: 'series', time: time + 1, id: 0, key: 'loss', context: 'training' } as const
  for (const payload of [encodeEvent(start), encodeEvent(series), point]) log.write(payload, 0)
  log.close()
  const written = fs.readFileSync(path.join(folder, `${'0'.repeat(20)}.seg`))
  expect(hexOnPage()).toBe(written.toString('hex'))
})

test('the segment on the page is the one that the Python client writes', () => {
  const program = `
import sys, json
from provloom._segment import frame, header, pack_payload
def event(**fields): return json.dumps(fields, separators=(",", ":")).encode()
out = header(0)
out += frame(0, event(type="session.start", time=${time}, session="0123456789abcdef", pid=7, library="example", libraryVersion="1", language="c"))
out += frame(1, event(type="series", time=${time + 1}, id=0, key="loss", context="training"))
out += frame(2, pack_payload(1, 0, 10, ${time + 2}, 0.42))
print(out.hex())`
  const env = { ...process.env, PYTHONPATH: path.join(root, 'clients', 'python') }
  expect(execFileSync('python3', ['-c', program], { env, encoding: 'utf8' }).trim()).toBe(hexOnPage())
})

test('the table of events is the one that decoders check against', () => {
  const wanted = `<!-- events -->\n\n${eventTable()}\n\n<!-- /events -->`
  const found = /<!-- events -->[\s\S]*<!-- \/events -->/.exec(text)?.[0]
  if (process.env['PROVLOOM_UPDATE_DOCS'] === '1') fs.writeFileSync(page, text.replace(found!, wanted))
  else expect(found, 'run with PROVLOOM_UPDATE_DOCS=1 to write the table anew').toBe(wanted)
})

function hexOnPage(): string {
  const block = /```hex\n([\s\S]*?)```/.exec(text)?.[1] ?? ''
  return block.replaceAll(/#.*/g, '').replaceAll(/\s/g, '')
}

function eventTable(): string {
  const rows = Object.entries(eventFields).map(([type, fields]) => {
    const shown = Object.entries(fields).map(([name, rule]) => {
      const optional = rule.endsWith('?')
      const bare = optional ? rule.slice(0, -1) : rule
      const kind = bare.includes('|')
        ? bare
            .split('|')
            .map((word) => `\`${word}\``)
            .join(' ')
        : bare
      return { optional, text: `${name}: ${kind}` }
    })
    const cell = (optional: boolean): string =>
      shown
        .filter((one) => one.optional === optional)
        .map((one) => one.text)
        .join(', ')
    return `| \`${type}\` | ${cell(false)} | ${cell(true)} |`
  })
  return ['| event | required | optional |', '|---|---|---|', ...rows].join('\n')
}
