import fs from 'node:fs'
import path from 'node:path'
import { expect, test, vi } from 'vitest'
import { removeSession, sessionFolderAt } from '../../src/session/folder.ts'
import { makeTree, removeTree, treeFolderAt, treeFolders } from '../../src/tree/folder.ts'
import { startOf } from '../../src/tree/namespaces.ts'
import { freshFolder } from '../support/place.ts'

const facts = {
  createdUs: 1,
  key: 'local-h.1.2',
  launcherMark: '',
  host: 'h',
  hostId: 'h',
  uid: 0,
  pid: 1,
  start: 2,
  pidNamespace: 0,
  by: 'agent',
  version: '1',
} as const

function make(root: string): string {
  return makeTree(treeFolders([root], facts.key), facts, () => {}).root
}

test('a spool and the folder of spools are private', () => {
  const root = path.join(freshFolder(), 'spools')
  const spool = make(root)
  for (const folder of [root, spool, path.join(spool, 'sessions')]) {
    expect(fs.statSync(folder).mode & 0o777, folder).toBe(0o700)
  }
  expect(fs.statSync(path.join(spool, 'spool.json')).mode & 0o777).toBe(0o600)
})

test.runIf(process.getuid?.() === 0)("another user's symbolic link is refused [as root]", () => {
  const place = freshFolder()
  fs.mkdirSync(path.join(place, 'theirs'))
  fs.symlinkSync(path.join(place, 'theirs'), path.join(place, 'spools'))
  fs.lchownSync(path.join(place, 'spools'), 65_534, 65_534)
  expect(() => make(path.join(place, 'spools'))).toThrow(
    expect.objectContaining({ code: 'SPOOL_UNWRITABLE', hint: expect.stringContaining('--spool-root') }),
  )
  expect(fs.readdirSync(path.join(place, 'theirs'))).toEqual([])
})

test.runIf(process.getuid?.() === 0)("another user's folder is refused [as root]", () => {
  const root = path.join(freshFolder(), 'spools')
  fs.mkdirSync(root)
  fs.chownSync(root, 65_534, 65_534)
  expect(() => make(root)).toThrow(expect.objectContaining({ code: 'SPOOL_UNWRITABLE' }))
})

test('a place that cannot be used is told, and the next one is taken', () => {
  const place = freshFolder()
  fs.writeFileSync(path.join(place, 'file'), '')
  const told: string[] = []
  const tree = makeTree(
    treeFolders([path.join(place, 'file'), path.join(place, 'good')], facts.key),
    facts,
    (message) => told.push(message),
  )
  expect(path.dirname(tree.root)).toBe(path.join(place, 'good'))
  expect(told).toHaveLength(1)
})

test('a tree has its name when it is complete: whoever founds it and is killed leaves none that nobody can serve', () => {
  const root = path.join(freshFolder(), 'spools')
  const named: string[][] = []
  const write = fs.writeFileSync.bind(fs)
  const seen = vi.spyOn(fs, 'writeFileSync').mockImplementation((file, data, options) => {
    named.push(fs.readdirSync(root).filter((name) => name.startsWith('local-')))
    write(file, data, options)
  })
  const tree = make(root)
  seen.mockRestore()
  expect(named).toEqual([[]])
  expect(fs.readdirSync(root)).toEqual([path.basename(tree)])
  expect(fs.readdirSync(tree).sort()).toEqual(['sessions', 'spool.json'])
})

test('a tree of which somebody removed a part is made whole, and one that is there is joined', () => {
  const root = path.join(freshFolder(), 'spools')
  const tree = make(root)
  const file = path.join(tree, 'spool.json')
  fs.mkdirSync(path.join(tree, 'sessions', '0123456789abcdef'))
  const before = fs.readFileSync(file, 'utf8')
  makeTree(treeFolders([root], facts.key), { ...facts, createdUs: 2 }, () => {})
  expect(fs.readFileSync(file, 'utf8')).toBe(before)
  fs.rmSync(file)
  make(root)
  expect(fs.readFileSync(file, 'utf8')).toBe(before)
  expect(fs.readdirSync(root)).toEqual([path.basename(tree)])
  fs.rmSync(path.join(tree, 'sessions'), { recursive: true })
  make(root)
  expect(fs.readdirSync(tree).sort()).toEqual(['sessions', 'spool.json'])
})

test('what those who were killed had begun to make, or to remove, goes with the next tree; what somebody makes now stays', () => {
  const root = path.join(freshFolder(), 'spools')
  const tree = treeFolderAt(make(root))
  const own = `${process.pid}.${startOf(process.pid)}`
  const living = [`.gone-${own}.local-h.3.4.${process.pid}`, `.new-${own}`]
  for (const name of ['.new-4194305.7', '.gone-4194305.7.local-h.1.2.77', ...living])
    fs.mkdirSync(path.join(root, name, 'sessions'), { recursive: true })
  expect(removeTree(tree)).toBe(true)
  expect(fs.readdirSync(root).sort()).toEqual(living)
})

test('a session that somebody begins while its tree is taken away is not taken along', () => {
  const tree = treeFolderAt(make(path.join(freshFolder(), 'spools')))
  const begun = path.join(tree.sessions, '.0123456789abcdef')
  const rename = fs.renameSync.bind(fs)
  const seen = vi.spyOn(fs, 'renameSync').mockImplementationOnce((from, to) => {
    fs.mkdirSync(begun, { recursive: true })
    rename(from, to)
  })
  expect(removeTree(tree)).toBe(false)
  seen.mockRestore()
  expect(fs.existsSync(begun)).toBe(true)
  expect(fs.existsSync(path.join(tree.root, 'spool.json'))).toBe(true)
  expect(removeTree(tree)).toBe(false)
  fs.rmdirSync(begun)
  expect(removeTree(tree)).toBe(true)
  expect(fs.readdirSync(path.dirname(tree.root))).toEqual([])
})

test('a session that is removed leaves nothing, though its parent says meanwhile how its process ended', () => {
  const tree = treeFolderAt(make(path.join(freshFolder(), 'spools')))
  const session = sessionFolderAt(path.join(tree.sessions, '0123456789abcdef'))
  fs.mkdirSync(session.streams, { recursive: true })
  const remove = fs.rmSync.bind(fs)
  let late: unknown
  const seen = vi.spyOn(fs, 'rmSync').mockImplementation((folder, options) => {
    try {
      fs.writeFileSync(path.join(session.root, 'exit.json'), '{}')
    } catch (error) {
      late = error
    }
    remove(folder, options)
  })
  removeSession(session)
  seen.mockRestore()
  expect(late).toMatchObject({ code: 'ENOENT' })
  expect(fs.readdirSync(tree.sessions)).toEqual([])
  expect(removeTree(tree)).toBe(true)
})

test('what somebody had begun to remove when he was killed does not keep the tree', () => {
  const tree = treeFolderAt(make(path.join(freshFolder(), 'spools')))
  fs.mkdirSync(path.join(tree.sessions, '.gone-0123456789abcdef', 'streams'), { recursive: true })
  expect(removeTree(tree)).toBe(true)
  expect(fs.existsSync(tree.root)).toBe(false)
})
