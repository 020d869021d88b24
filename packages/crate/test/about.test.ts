import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { exported } from './crate.ts'
import { folder, runDirectory } from './run.ts'

const told = {
  license: 'CC-BY-4.0',
  authors: [
    {
      login: 'ada',
      name: 'Ada Lovelace',
      orcid: '0000-0002-1825-0097',
      affiliation: { name: 'Analytical Society', url: 'https://www.example.org/society' },
    },
    { name: 'Grace Hopper' },
  ],
  publisher: { name: 'Example Library', url: 'https://www.example.org/library' },
}

function fileWith(content: unknown): string {
  const file = path.join(folder(), 'about.json')
  fs.writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

describe('authors and licence', () => {
  it('are what a file says, and who ran it is the author with that login', async () => {
    const crate = await exported(await runDirectory(), { about: fileWith(told) })
    const ada = 'https://orcid.org/0000-0002-1825-0097'
    expect(crate.node('./')).toMatchObject({
      author: [{ '@id': ada }, { '@id': '#author-Grace%20Hopper' }],
      license: { '@id': 'https://spdx.org/licenses/CC-BY-4.0' },
      publisher: { '@id': 'https://www.example.org/library' },
    })
    expect(crate.node(ada)).toMatchObject({ '@type': 'Person', name: 'Ada Lovelace' })
    expect(crate.named(ada, 'affiliation').map((id) => crate.node(id)['name'])).toEqual([
      'Analytical Society',
    ])
    expect(crate.named(crate.named('./', 'mentions')[0]!, 'agent')).toEqual([ada])
    expect(crate.about).toMatchObject({ hasAuthors: true, hasLicense: true })
  })

  it('are asked once: a template with the logins that are known lies beside the run, and is left alone from then on', async () => {
    const runDir = await runDirectory()
    const first = await exported(runDir)
    const file = path.join(path.dirname(runDir), 'provloom-crate.json')
    expect(fs.readdirSync(path.dirname(runDir)).toSorted()).toEqual(['digits_0', 'provloom-crate.json'])
    expect(first.about).toEqual({ file, isThere: true, hasAuthors: false, hasLicense: false })
    const template = JSON.parse(fs.readFileSync(file, 'utf8')) as { authors: { login: string }[] }
    expect(template.authors.map(({ login }) => login)).toEqual(['ada'])
    expect(first.node('./')).toMatchObject({ author: { '@id': '#user-ada' } })
    expect(first.node('./')['license']).toMatch(/^No licence was given/)
    fs.writeFileSync(file, JSON.stringify({ ...template, license: 'All rights reserved, ask us.' }))
    const second = await exported(runDir)
    expect(second.about).toMatchObject({ isThere: true, hasAuthors: false, hasLicense: true })
    expect(second.node('./')['license']).toBe('All rights reserved, ask us.')
  })

  it('may be told nowhere: where no template can be written, the run is exported all the same', async () => {
    const runDir = await runDirectory({ users: [] })
    fs.symlinkSync('nowhere/about.json', path.join(path.dirname(runDir), 'provloom-crate.json'))
    const crate = await exported(runDir)
    expect(crate.about).toMatchObject({ isThere: false, hasAuthors: false })
    expect(crate.node('./')['author']).toBeUndefined()
  })

  it.each(['0000-0002-1694-233X', 'https://orcid.org/0000-0002-1694-233X', '0000-0002-1694-233x'])(
    'know an ORCID by its number and by its address: %s',
    async (orcid) => {
      const crate = await exported(await runDirectory(), {
        about: fileWith({ authors: [{ name: 'A', orcid }] }),
      })
      expect(crate.named('./', 'author')).toEqual(['https://orcid.org/0000-0002-1694-233X'])
    },
  )

  it.each([
    ['MIT', 'https://spdx.org/licenses/MIT', 'MIT'],
    ['cc-by-4.0', 'https://spdx.org/licenses/CC-BY-4.0', 'CC-BY-4.0'],
    ['mit', 'https://spdx.org/licenses/MIT', 'MIT'],
    ['https://www.example.org/terms', 'https://www.example.org/terms', 'https://www.example.org/terms'],
  ])('know a licence by its name and by its address: %s', async (license, id, name) => {
    const crate = await exported(await runDirectory(), { about: fileWith({ license }) })
    expect(crate.named('./', 'license')).toEqual([id])
    expect(crate.node(id)).toMatchObject({ '@type': 'CreativeWork', name })
    expect(crate.about.licenseDoubt).toBeUndefined()
  })

  it('have a licence of no list as the word that it is, and say so', async () => {
    const crate = await exported(await runDirectory(), { about: fileWith({ license: 'MITT' }) })
    expect(crate.node('./')['license']).toBe('MITT')
    expect([...crate.nodes.keys()].filter((id) => id.includes('spdx'))).toEqual([])
    expect(crate.about.licenseDoubt).toBe('MITT is no licence of the SPDX list (MIT?), and stands as a word')
  })

  it('may begin with a byte order mark, and two people may have one name', async () => {
    const file = fileWith(`\uFEFF${JSON.stringify({ authors: [{ name: 'A B' }, { name: 'A B' }] })}`)
    const crate = await exported(await runDirectory(), { about: file })
    expect(crate.named('./', 'author')).toEqual(['#author-A%20B', '#author-A%20B-2'])
  })

  it.each([
    ['no JSON', '{', /JSON/],
    ['a field that there is not', { licence: 'MIT' }, /no field licence; license is meant\?/],
    ['an author with one', { authors: [{ name: 'A', mail: 'a' }] }, /an author has no field mail/],
    ['an ORCID with a slip', { authors: [{ name: 'A', orcid: '0000-0002-1825-0098' }] }, /is no ORCID/],
    [
      'an affiliation that is no address',
      { authors: [{ name: 'A', affiliation: { name: 'B', url: 'b' } }] },
      /no address/,
    ],
    [
      'a publisher whose address has a space',
      { publisher: { name: 'B', url: 'https://www.example.org/a b' } },
      /no address/,
    ],
    ['half of a character in a name', '{"authors": [{"name": "A \\ud83d"}]}', /name has half of a character/],
    [
      'two authors of one ORCID',
      {
        authors: [
          { name: 'A', orcid: '0000-0002-1825-0097' },
          { name: 'B', orcid: 'https://orcid.org/0000-0002-1825-0097' },
        ],
      },
      /A and B have the same orcid/,
    ],
    ['authors that are no list', { authors: 'Ada' }, /no list/],
    ['a number for a name', { authors: [{ name: 3 }] }, /name is no text/],
  ])('are refused when the file has %s, and say so', async (_, content, words) => {
    const refused = exported(await runDirectory(), { about: fileWith(content) })
    await expect(refused).rejects.toMatchObject({ code: 'FILE_UNREADABLE', cause: { message: words } })
  })

  it('are refused when a named file is not there', async () => {
    const refused = exported(await runDirectory(), { about: '/nowhere/about.json' })
    await expect(refused).rejects.toMatchObject({ code: 'FILE_UNREADABLE' })
  })
})
