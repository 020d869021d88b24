import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { exportCrate } from '@provloom/crate'
import { describeOnSmallDisk, smallDisk } from '../../../test/support/small-disk.ts'
import { bin, start } from '../../../test/support/cli.ts'
import { until } from '../../../test/support/job.ts'
import { stagingName } from '../src/target/staging.ts'
import { exported } from './crate.ts'
import { folder, runDirectory, sha256 } from './run.ts'

/** What a program nobody here wrote finds in a zip: names and the hash of each content. */
function unzipped(file: string): Record<string, string> {
  const script = `
import hashlib, json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as zip:
    assert zip.testzip() is None
    print(json.dumps({one.filename: hashlib.sha256(zip.read(one)).hexdigest() for one in zip.infolist() if not one.is_dir()}))
`
  return JSON.parse(execFileSync('python3', ['-c', script, file], { encoding: 'utf8' })) as Record<
    string,
    string
  >
}

const below = (place: string): string[] =>
  fs.readdirSync(place, { recursive: true, encoding: 'utf8' }).toSorted()

describe('a crate', () => {
  it('is a zip where the name ends so, with what the folder has', async () => {
    const runDir = await runDirectory()
    const crate = await exported(runDir)
    const target = path.join(folder(), 'digits.zip')
    await exportCrate({ runDir, target, at: new Date('2026-01-02T00:00:00Z') })
    const inFolder = below(crate.target)
      .filter((name) => fs.statSync(path.join(crate.target, name)).isFile())
      .map((name) => [name, sha256(fs.readFileSync(path.join(crate.target, name)))])
    expect(unzipped(target)).toEqual(Object.fromEntries(inFolder))
  })

  it('takes the place of nothing that is there, but of an empty folder', async () => {
    const runDir = await runDirectory()
    const place = folder()
    const target = path.join(place, 'crate')
    fs.mkdirSync(target)
    await exportCrate({ runDir, target })
    await expect(exportCrate({ runDir, target })).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' })
    fs.writeFileSync(path.join(place, 'a.zip'), 'mine')
    await expect(exportCrate({ runDir, target: path.join(place, 'a.zip') })).rejects.toMatchObject({
      code: 'FILE_UNWRITABLE',
    })
    expect(fs.readFileSync(path.join(place, 'a.zip'), 'utf8')).toBe('mine')
    expect(fs.readdirSync(place).toSorted()).toEqual(['a.zip', 'crate'])
  })

  it('replaces one that an export made when told so, and no other folder or zip', async () => {
    const runDir = await runDirectory({ files: { 'artifacts/rank0/a b%.csv': '1' } })
    const place = folder()
    for (const name of ['crate', 'crate.zip']) {
      const target = path.join(place, name)
      await exportCrate({ runDir, target })
      fs.writeFileSync(path.join(runDir, 'artifacts/rank0/a b%.csv'), 'new')
      await exportCrate({ runDir, target, force: true })
    }
    expect(fs.readFileSync(path.join(place, 'crate/artifacts/rank0/a b%.csv'), 'utf8')).toBe('new')
    for (const [name, metadata] of [
      ['none', undefined],
      ['empty', '{}'],
      ['no JSON', '{'],
      ['foreign', '{"@graph": [{"@id": "ro-crate-metadata.json", "about": {"@id": "./"}}]}'],
    ] as const) {
      const target = path.join(place, name)
      fs.mkdirSync(target)
      fs.writeFileSync(path.join(target, 'thesis.tex'), 'mine')
      if (metadata !== undefined) fs.writeFileSync(path.join(target, 'ro-crate-metadata.json'), metadata)
      await expect(exportCrate({ runDir, target, force: true }), name).rejects.toMatchObject({
        code: 'FILE_UNWRITABLE',
        message: expect.stringMatching(/no crate that provloom export has made/),
      })
      expect(fs.readFileSync(path.join(target, 'thesis.tex'), 'utf8')).toBe('mine')
    }
    fs.writeFileSync(path.join(place, 'mine.zip'), 'mine')
    await expect(
      exportCrate({ runDir, target: path.join(place, 'mine.zip'), force: true }),
    ).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' })
    expect(fs.readdirSync(place).filter((name) => name.startsWith('.'))).toEqual([])
  })

  it.each(['notes.txt', 'artifacts/rank0/notes.txt', 'link'])(
    'does not replace a crate in which somebody has put what it does not list, and names it: %s',
    async (stranger) => {
      const runDir = await runDirectory()
      const target = path.join(folder(), 'crate')
      await exportCrate({ runDir, target })
      const at = path.join(target, stranger)
      if (stranger === 'link') fs.symlinkSync(runDir, at)
      else fs.writeFileSync(at, 'mine')
      const before = below(target)
      await expect(exportCrate({ runDir, target, force: true })).rejects.toMatchObject({
        code: 'FILE_UNWRITABLE',
        message: expect.stringContaining(`${stranger} is in the crate`),
      })
      expect(below(target)).toEqual(before)
    },
  )

  it('never takes the place of the run, nor of a folder above it, whatever lies there', async () => {
    const runDir = await runDirectory()
    const saveDir = path.dirname(runDir)
    const before = below(saveDir)
    const made = await exported(runDir)
    const metadata = fs.readFileSync(path.join(made.target, 'ro-crate-metadata.json'))
    const link = path.join(folder(), 'link')
    fs.symlinkSync(path.dirname(saveDir), link)
    fs.writeFileSync(path.join(saveDir, 'ro-crate-metadata.json'), metadata)
    for (const target of [saveDir, path.join(link, path.basename(saveDir)), path.dirname(saveDir), '/'])
      await expect(exportCrate({ runDir, target, force: true }), target).rejects.toMatchObject({
        code: 'BAD_OPTION',
      })
    for (const target of [process.cwd(), path.dirname(process.cwd()), os.homedir()])
      await expect(exportCrate({ runDir, target, force: true }), target).rejects.toMatchObject({
        code: 'BAD_OPTION',
      })
    expect(below(saveDir)).toEqual([...before, 'provloom-crate.json', 'ro-crate-metadata.json'].toSorted())
  })

  it('is never put into its own run or another one, nor below a folder that is not there', async () => {
    const runDir = await runDirectory()
    const other = path.join(await runDirectory(), 'artifacts/crate')
    for (const target of [runDir, path.join(runDir, 'crate'), path.join(runDir, 'artifacts/x.zip'), other])
      await expect(exportCrate({ runDir, target, force: true })).rejects.toMatchObject({ code: 'BAD_OPTION' })
    const nowhere = path.join(folder(), 'a/b')
    await expect(exportCrate({ runDir, target: nowhere })).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' })
  })

  it.each(['crate', 'crate.zip'])(
    'is of one export where two are made at once: the other is refused, %s',
    async (name) => {
      const runDir = await runDirectory()
      const place = folder()
      const target = path.join(place, name)
      const both = await Promise.allSettled([1, 2].map(() => exportCrate({ runDir, target })))
      expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
      expect(both.find((one) => one.status === 'rejected')).toMatchObject({
        reason: { code: 'FILE_UNWRITABLE' },
      })
      expect(fs.readdirSync(place)).toEqual([name])
      const forced = await Promise.allSettled([1, 2].map(() => exportCrate({ runDir, target, force: true })))
      expect(forced.map(({ status }) => status)).toContain('fulfilled')
      expect(fs.readdirSync(place)).toEqual([name])
    },
  )

  it.each(['crate', 'crate.zip'])('leaves nothing behind when it is stopped on its way: %s', async (name) => {
    const runDir = await runDirectory()
    const place = folder()
    const stop = new AbortController()
    stop.abort()
    await expect(
      exportCrate({ runDir, target: path.join(place, name), signal: stop.signal }),
    ).rejects.toThrow()
    expect(fs.readdirSync(place)).toEqual([])
  })
})

describe('what a killed export has left', () => {
  it('is removed by the next one to that folder: of processes that are gone, and nothing else', async () => {
    const runDir = await runDirectory()
    const large = path.join(runDir, 'artifacts/rank0/large.bin')
    fs.writeFileSync(large, '')
    // Of holes, and a second's work: it is killed at once.
    fs.truncateSync(large, 512 << 20)
    const place = folder()
    for (const name of ['k', 'k.zip']) {
      const before = new Set(fs.readdirSync(place))
      const { child } = start(process.execPath, [bin, 'export', '--ro-crate', path.join(place, name), runDir])
      const ended = once(child, 'exit')
      await until(() => fs.readdirSync(place).some((one) => !before.has(one)))
      child.kill('SIGKILL')
      await ended
    }
    expect(fs.readdirSync(place)).toHaveLength(1)
    expect(fs.readdirSync(place)[0]).toMatch(/^\.provloom-export-/)
    const own = stagingName()
    const [host, namespace, pid, start0, random] = own.split('-').slice(2)
    const name = (...of: readonly unknown[]): string => `.provloom-export-${of.join('-')}`
    const reused = name(host, namespace, pid, Number(start0) + 1, random)
    const gone = name(host, namespace, 2 ** 22 + 1, 1, random)
    const foreign = name('0'.repeat(12), namespace, 2 ** 22 + 1, 1, random)
    const swapped = name(host, namespace, 2 ** 22 + 1, 2, random)
    for (const one of [
      own,
      reused,
      gone,
      foreign,
      swapped,
      `${swapped}-former`,
      `${gone.slice(0, -8)}11111111-former`,
      '.k.zip.77.tmp',
    ])
      fs.mkdirSync(path.join(place, one))
    await exportCrate({ runDir: await runDirectory(), target: path.join(place, 'new') })
    expect(
      fs
        .readdirSync(place)
        .filter((one) => !one.startsWith('k'))
        .toSorted(),
    ).toEqual([own, foreign, swapped, `${swapped}-former`, '.k.zip.77.tmp', 'new'].toSorted())
  })
})

describeOnSmallDisk('a disk that is full', () => {
  it.each(['crate', 'crate.zip'])('ends the export, is told, and has nothing of it: %s', async (name) => {
    const runDir = await runDirectory({ files: { 'artifacts/rank0/large.bin': 'x'.repeat(1 << 20) } })
    const { root } = smallDisk(200)
    const refused = exportCrate({ runDir, target: path.join(root, name) })
    await expect(refused).rejects.toMatchObject({
      code: 'FILE_UNWRITABLE',
      message: `Could not write the crate ${path.join(root, name)}`,
      cause: { code: 'ENOSPC' },
    })
    expect(fs.readdirSync(root)).toEqual([])
  })
})

it.each(['-', ''])('has a place, and is no stream: %j', async (target) => {
  await expect(exportCrate({ runDir: await runDirectory(), target })).rejects.toMatchObject({
    code: 'BAD_OPTION',
    message: 'A crate is a folder or a zip, and cannot go to standard output',
  })
})

describe('what few may read in the run', () => {
  const modeOf = (...place: readonly string[]): string =>
    (fs.statSync(path.join(...place)).mode & 0o777).toString(8)

  it('is read by no more people in a crate, nor is what a folder keeps from them', async () => {
    const runDir = await runDirectory()
    fs.chmodSync(path.join(runDir, 'artifacts/rank0/net.pt'), 0o600)
    fs.chmodSync(path.join(runDir, 'code'), 0o700)
    const { target } = await exported(runDir)
    expect(modeOf(target, 'artifacts/rank0/net.pt')).toBe('600')
    expect(modeOf(target, 'code')).toBe('700')
    expect(modeOf(target, 'code/train.py')).toBe('600')
    expect(modeOf(target, 'artifacts/rank0/train.csv')).toBe(modeOf(runDir, 'artifacts/rank0/train.csv'))
    const zip = path.join(folder(), 'crate.zip')
    await exportCrate({ runDir, target: zip })
    expect(modeOf(zip)).toBe('600')
    const script = `
import sys, zipfile
for one in zipfile.ZipFile(sys.argv[1]).infolist():
    if one.filename in ("artifacts/rank0/net.pt", "code/", "code/train.py"):
        print(one.filename, oct(one.external_attr >> 16 & 0o777))
`
    expect(execFileSync('python3', ['-c', script, zip], { encoding: 'utf8' }).trimEnd().split('\n')).toEqual([
      'code/ 0o700',
      'artifacts/rank0/net.pt 0o600',
      'code/train.py 0o600',
    ])
  })

  it('and all may read is so in the crate', async () => {
    const runDir = await runDirectory()
    const zip = path.join(folder(), 'crate.zip')
    await exportCrate({ runDir, target: zip })
    expect(modeOf(zip)).toBe(modeOf(runDir, 'prov.json'))
    fs.chmodSync(runDir, 0o700)
    const { target } = await exported(runDir)
    expect([modeOf(target), modeOf(target, 'prov.json'), modeOf(target, 'ro-crate-metadata.json')]).toEqual([
      '700',
      '600',
      '600',
    ])
  })
})

describe('what lies in a run directory', () => {
  it.each(['crate', 'crate.zip'])(
    'has any name: its @id is a path of a URI that leads to it, in %s',
    async (shape) => {
      const names = [
        '50%.csv',
        'a b#c?d.txt',
        'Größe ü.txt',
        '面试.mp4',
        'tab\there.txt',
        'bell\u0007.txt',
        "it's[1]&x=~.txt",
        'c:d',
      ]
      const files = Object.fromEntries(names.map((name) => [`artifacts/rank0/${name}`, name]))
      const runDir = await runDirectory({ files })
      const crate = await exported(runDir)
      const ids = [...crate.nodes.keys()].filter((id) => id.startsWith('artifacts/rank0/'))
      for (const id of ids)
        expect(decodeURIComponent(new URL(id, 'http://a/').pathname)).toBe(`/${decodeURIComponent(id)}`)
      expect(ids).toEqual(expect.arrayContaining(['artifacts/rank0/50%25.csv', 'artifacts/rank0/面试.mp4']))
      expect(ids.map((id) => decodeURIComponent(id))).toEqual(expect.arrayContaining(Object.keys(files)))
      for (const id of ids.filter((one) => decodeURIComponent(one) in files))
        expect(crate.content(id)).toBe(files[decodeURIComponent(id)])
      if (shape === 'crate') return
      const target = path.join(folder(), shape)
      await exportCrate({ runDir, target })
      expect(Object.keys(unzipped(target))).toEqual(expect.arrayContaining(Object.keys(files)))
    },
  )

  it('is no link: what one leads to is not in the crate, which is told', async () => {
    const runDir = await runDirectory()
    const secret = path.join(folder(), 'id_rsa')
    fs.writeFileSync(secret, 'secret')
    fs.symlinkSync(secret, path.join(runDir, 'artifacts/rank0/key'))
    fs.symlinkSync(path.dirname(secret), path.join(runDir, 'code/home'))
    const crate = await exported(runDir)
    expect(crate.leftOut).toEqual([
      { path: 'artifacts/rank0/key', reason: 'it is a link, and links are not followed' },
      { path: 'code/home', reason: 'it is a link, and links are not followed' },
    ])
    expect([...crate.nodes.keys()].filter((id) => /key|home/.test(id))).toEqual([])
    fs.rmSync(path.join(runDir, 'prov.json'))
    fs.symlinkSync(secret, path.join(runDir, 'prov.json'))
    await expect(exported(runDir)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' })
  })

  it('may be no file, or have no name in a crate: that is told, and the rest is there', async () => {
    const runDir = await runDirectory()
    const server = net.createServer().listen(path.join(runDir, 'code/socket'))
    execFileSync('mkfifo', [path.join(runDir, 'code/pipe')])
    fs.writeFileSync(Buffer.from(`${runDir}/code/\xff.py`, 'latin1'), '')
    fs.writeFileSync(path.join(runDir, 'code/a\\b.py'), '')
    const target = path.join(folder(), 'crate.zip')
    const crate = await exportCrate({ runDir, target })
    await new Promise((resolve) => server.close(resolve))
    expect(crate.leftOut.map((one) => `${one.path}: ${one.reason}`).toSorted()).toEqual([
      'code/a\\b.py: names in a zip have no backslash',
      'code/pipe: it is no file',
      'code/socket: it is no file',
      'code/ÿ.py: its name is no UTF-8',
    ])
    expect(crate.files).toBe(7)
  })

  it('and is not there although the record names it is told: a stored copy, the metrics', async () => {
    const runDir = await runDirectory()
    fs.rmSync(path.join(runDir, 'artifacts/rank0/train.csv'))
    fs.rmSync(path.join(runDir, 'metrics'), { recursive: true })
    expect((await exported(runDir)).leftOut).toEqual([
      {
        path: 'metrics/part-000000000003.parquet',
        reason: "the run's record names it, and it is not there",
      },
      { path: 'artifacts/rank0/train.csv', reason: "the run's record names it, and it is not there" },
    ])
  })

  it('and nobody expects there is told: metadata of a crate, a name with a dot in front, what is no part of the metrics', async () => {
    const files = { 'ro-crate-metadata.json': '{}', '.env': 'TOKEN=1', 'metrics/notes.txt': '' }
    const { leftOut } = await exported(await runDirectory({ files }))
    expect(leftOut.map((one) => `${one.path}: ${one.reason}`)).toEqual([
      '.env: it is not of the run: its name begins with a dot',
      'metrics/notes.txt: it is no part of the metrics',
      'ro-crate-metadata.json: the crate has its own',
    ])
  })

  it('that is not what the record says of it is told, and described as it is', async () => {
    const runDir = await runDirectory({ files: { 'artifacts/rank0/net.pt': 'changed' } })
    const crate = await exported(runDir)
    expect(crate.differing).toEqual(['artifacts/rank0/net.pt'])
    expect(crate.node('artifacts/rank0/net.pt')['sha256']).toBe(sha256('changed'))
  })

  it('may be told with half of a character, which has no place in an @id', async () => {
    const runDir = await runDirectory()
    const file = path.join(runDir, 'prov.json')
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replaceAll('dataset.val', 'dataset.\\ud83d'))
    expect((await exported(runDir)).node('#dataset.%EF%BF%BD')).toMatchObject({ name: 'val' })
  })

  it('is only what lies there: a graph that names files elsewhere brings none in', async () => {
    const runDir = await runDirectory({
      more: (builder, id) => {
        const entity = id('run:input.evil')
        builder
          .entity(entity, [
            [id('prov:type'), { type: 'name', name: id('provloom:File') }],
            [id('prov:location'), { type: 'text', text: '../../../../etc/passwd' }],
          ])
          .used(id('run:rank-0'), entity)
      },
    })
    const crate = await exported(runDir)
    expect(crate.node('#input.evil')).toMatchObject({ '@type': 'CreativeWork' })
    expect(below(crate.target).filter((name) => name.includes('passwd'))).toEqual([])
  })
})
