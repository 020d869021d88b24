import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { renderSvg } from '@provloom/prov/draw'
import { folder, provloom } from '../support/cli.ts'
import { Graph, onlyRun } from '../support/graph.ts'

const script = '"><script>alert(1)</script><image href=x onerror=alert(2)/>'
const strange = [
  script,
  "' onload='alert(3)",
  ']]>&lt;script&gt;',
  'javascript:alert(4)',
  '<svg onload=alert(5)>',
  '\u0000\u001b[2J\u009b31m\u202e\ud800',
  '\\N\\G\\E"; evil [URL="javascript:alert(6)"]; "',
  '<TABLE><TR><TD HREF="javascript:alert(7)">x</TD></TR></TABLE>',
]

it('a picture of a whole run has no script in it, whatever its names say', async () => {
  const place = folder()
  const saveDir = path.join(place, 'prov')
  fs.writeFileSync(path.join(place, 'names.json'), JSON.stringify(strange))
  fs.writeFileSync(
    path.join(place, 'train.py'),
    `
import json, provloom
names = json.load(open("names.json"))
provloom.start_run("www.example.org", names[0])
for name in names:
    provloom.log_param(name, name)
    provloom.log_metric(name, 1.0, name, step=1)
    provloom.log_artifact(name, "names.json", context=name, source=name)
provloom.end_run(create_svg=True)
`,
  )
  const args = [
    'run',
    '-n',
    '1',
    '--provenance-save-dir',
    saveDir,
    '--',
    'python3',
    'train.py',
    ...strange.slice(0, 5),
  ]
  const { code, stderr } = await provloom(args, { cwd: place })
  expect(code, stderr).toBe(0)
  const runDir = onlyRun(saveDir)
  const svg = fs.readFileSync(path.join(runDir, 'prov.svg'), 'utf8')
  expectHarmless(svg)
  expect(fs.readFileSync(path.join(runDir, 'prov.json'), 'utf8')).toContain('alert(1)')
  const drawn = await provloom([
    'draw',
    runDir,
    '--title',
    path.basename(runDir),
    '-o',
    path.join(place, 'b.svg'),
  ])
  expect(drawn.code, drawn.stderr).toBe(0)
  expect(fs.readFileSync(path.join(place, 'b.svg'), 'utf8')).toBe(svg)
  const graph = await provloom(['draw', runDir, '--full', '-o', path.join(place, 'c.svg')])
  expect(graph.code, graph.stderr).toBe(0)
  expectHarmless(fs.readFileSync(path.join(place, 'c.svg'), 'utf8'))
})

/** Well-formed enough to look at by its tags: no element or attribute that could run or fetch anything. */
function expectHarmless(svg: string): void {
  const tags = svg.match(/<[^!?][^>]*>/g) ?? []
  expect(tags.length).toBeGreaterThan(20)
  const names = new Set(tags.map((tag) => /^<\/?([\w:]+)/.exec(tag)?.[1]))
  for (const name of names) {
    expect([
      'svg',
      'g',
      'title',
      'polygon',
      'ellipse',
      'path',
      'text',
      'tspan',
      'rect',
      'style',
      'a',
      'circle',
      'line',
      'polyline',
      'desc',
      'defs',
      'marker',
    ]).toContain(name)
  }
  for (const tag of tags) {
    const bare = tag.replaceAll(/"[^"]*"/g, '""')
    expect(bare).not.toMatch(/\son\w+\s*=/i)
    expect(tag).not.toMatch(/href="(?!#|https?:)/i)
  }
  expect(svg).not.toMatch(commanding)
}

it('an attribute note in a picture has no script in it either', async () => {
  const { document } = new Graph(await runWithNames())
  expectHarmless(await renderSvg(document, { attributes: true, title: script }))
})

async function runWithNames(): Promise<string> {
  const place = folder()
  const saveDir = path.join(place, 'prov')
  fs.writeFileSync(path.join(place, 'names.json'), JSON.stringify(strange))
  const code = `import json, provloom
provloom.start_run("www.example.org", "x")
for name in json.load(open("names.json")): provloom.log_param(name, name, context=name)
provloom.end_run()`
  const args = ['run', '-n', '1', '--provenance-save-dir', saveDir, '--', 'python3', '-c', code]
  const { code: exit, stderr } = await provloom(args, { cwd: place })
  expect(exit, stderr).toBe(0)
  return onlyRun(saveDir)
}

// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const commanding = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/

it('nothing that a document, an option or a file is called commands the terminal', async () => {
  const place = folder()
  const evil = 'a\u001b]52;c;aGk=\u0007\u009b31m\u202eb'
  const file = path.join(place, 'evil.json')
  const one = { prefix: { ex: 'http://example.org/' } }
  // One name for two kinds of thing, with the name in the complaint.
  const wrong = { ...one, entity: { [`ex:${evil}`]: {} }, activity: { [`ex:${evil}`]: {} } }
  fs.writeFileSync(file, JSON.stringify(wrong))
  const broken = path.join(place, `${evil.slice(0, 6)}.json`)
  fs.writeFileSync(broken, `{"entity": {"${evil.slice(0, 3)}`)
  const timed = path.join(place, 'timed.json')
  const times = (at: string): object => ({ 'ex:a': { 'prov:startTime': at, 'ex:x': evil } })
  fs.writeFileSync(timed, JSON.stringify({ ...one, activity: times('2020-01-01T00:00:00') }))
  const other = path.join(place, 'other.json')
  fs.writeFileSync(other, JSON.stringify({ ...one, activity: times('2021-01-01T00:00:00') }))
  const results = [
    await provloom(['validate', file]),
    await provloom(['validate', broken]),
    await provloom(['merge', timed, other, '-o', path.join(place, 'out.json')]),
    await provloom(['run', `--${evil}`, '--', 'true']),
    await provloom(['validate', path.join(place, evil)]),
    await provloom([
      'agent',
      '--provenance-save-dir',
      place,
      '--connection',
      `${place}/${evil}`,
      '--rank',
      evil,
      '--',
      'true',
    ]),
  ]
  for (const { code, stdout, stderr } of results) {
    expect(code).not.toBe(0)
    expect(`${stdout}${stderr}`.length).toBeGreaterThan(10)
    expect(`${stdout}${stderr}`).not.toMatch(commanding)
  }
})
