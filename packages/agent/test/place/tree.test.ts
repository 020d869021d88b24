import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { treeKeyOf } from '../../src/place/tree-key.ts'
import type { TreeSight } from '../../src/place/tree-key.ts'
import {
  formatProcess,
  formatTree,
  founderOf,
  localKey,
  parseProcess,
  parseTree,
} from '../../src/place/tree-variable.ts'
import type { Tree } from '../../src/place/tree-variable.ts'
import type { ProcessIdentity } from '@provloom/shared/process'

const host = '0b0e1c64-9d2f-4f43-8a49-2a5a9a3e2b11'
const processOf = (pid: number): ProcessIdentity => ({ host, pidNamespace: '', pid, start: `${pid}00` })
const lastOf = (pid: number): Tree['last'] => ({ pid, start: pid * 100 })
const [founder, self, launcher] = [processOf(10), processOf(20), processOf(30)]

describe('PROVLOOM_TREE', () => {
  const tree: Tree = {
    key: localKey(founder),
    launcherMark: 'slurm-17.0',
    folder: '/tmp/my spools/100%/é',
    last: { pid: 20, start: 2000 },
  }

  test('is four words, whatever the folder is called', () => {
    expect(formatTree(tree)).toBe(`local-${host}.10.1000 slurm-17.0 /tmp/my%20spools/100%25/%C3%A9 20.2000`)
    expect(parseTree(formatTree(tree))).toEqual(tree)
  })

  test('says of a process without a launcher that it saw none', () => {
    expect(formatTree({ ...tree, launcherMark: '' })).toContain(' - /tmp')
    expect(parseTree(formatTree({ ...tree, launcherMark: '' }))).toEqual({ ...tree, launcherMark: '' })
  })

  test('holds any folder and any launcher’s key', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }).filter((text) => text !== '-'),
        fc.nat(),
        (folder, launcherMark, pid) => {
          const any = { ...tree, folder: `/${folder}`, launcherMark, last: lastOf(pid) }
          expect(parseTree(formatTree(any))).toEqual(any)
          expect(formatTree(any)).toMatch(/^[\w%.!~*'()/:@-]+ [\w%.!~*'()/:@-]+ \S+ \S+$/)
        },
      ),
      { seed: 20_261_126 },
    )
  })

  test.each([
    undefined,
    '',
    'local-x',
    `local-${host}.10.1000 slurm-17.0 /tmp/my spools 20.2000`,
    `local-${host}.10.1000 - relative 20.2000`,
    `local-${host}.10.1000 - /tmp host.20.2000`,
    ` slurm-17.0 /tmp 20.2000`,
    `local-%E0%A4%A - /tmp 20.2000`,
  ])('of another form names no tree: %s', (text) => {
    expect(parseTree(text)).toBeUndefined()
  })

  test('writes a process by host, namespace, number and start', () => {
    for (const one of [self, { ...self, pidNamespace: '4026532281' }, { ...self, start: '' }]) {
      expect(parseProcess(formatProcess(one))).toEqual(one)
      expect(founderOf(localKey(one))).toEqual(one)
      expect(founderOf(`${localKey(one)}-2`)).toEqual(one)
    }
    expect(founderOf('slurm-17.0')).toBeUndefined()
    expect(founderOf('local-me')).toBeUndefined()
  })
})

describe('a process', () => {
  const inherited: Tree = {
    key: localKey(founder),
    launcherMark: '',
    folder: '/spools/t',
    last: lastOf(15),
  }
  const sight: TreeSight = {
    self,
    inherited,
    launcherMark: '',
    parentPid: 30,
    foundedByAgent: () => false,
    folderOf: (key) => `/spools/${key}`,
    isAlive: () => true,
    isAbove: () => false,
    hasAgent: () => false,
  }
  const founded = {
    founded: true,
    tree: { key: localKey(self), launcherMark: '', folder: `/spools/${localKey(self)}`, last: lastOf(20) },
  }

  test('that was handed no tree founds one, which is named by it', () => {
    expect(treeKeyOf({ ...sight, inherited: undefined })).toEqual(founded)
  })

  test('takes the tree it was handed where no other launcher stands between, and is the last that took it', () => {
    expect(treeKeyOf(sight)).toEqual({ founded: false, tree: { ...inherited, last: lastOf(20) } })
    const seen = { ...inherited, launcherMark: 'slurm-17.0' }
    expect(treeKeyOf({ ...sight, inherited: seen, launcherMark: 'slurm-17.0' }).founded).toBe(false)
  })

  test('takes the tree where the launcher is the very process that handed it down, and hands on what it sees', () => {
    const launcherMark = 'torchrun.15.1500'
    expect(treeKeyOf({ ...sight, launcherMark, parentPid: 15 })).toEqual({
      founded: false,
      tree: { ...inherited, launcherMark, last: lastOf(20) },
    })
  })

  test('below another launcher, which a script of the tree has started, founds a tree', () => {
    expect(treeKeyOf({ ...sight, launcherMark: 'slurm-18.0' }).founded).toBe(true)
    expect(treeKeyOf({ ...sight, launcherMark: localKey(launcher) }).founded).toBe(true)
    expect(treeKeyOf({ ...sight, inherited: { ...inherited, launcherMark: 'slurm-17.0' } })).toEqual(founded)
  })

  test('takes the tree that a wrapper founded, whatever launcher stands between: the wrapper sees all it starts', () => {
    const launcherMark = 'torchrun.15.1500'
    expect(treeKeyOf({ ...sight, launcherMark, foundedByAgent: () => true }).founded).toBe(false)
  })

  test('founds a tree where the founder is dead and no agent lives: variables outlive trees', () => {
    expect(treeKeyOf({ ...sight, isAlive: () => false })).toEqual(founded)
    expect(treeKeyOf({ ...sight, isAlive: () => undefined })).toEqual(founded)
  })

  test('takes the tree of a dead founder, or of one it cannot see, while an agent lives', () => {
    const folders: string[] = []
    const hasAgent = (folder: string): boolean => folders.push(folder) > 0
    for (const alive of [false, undefined]) {
      expect(treeKeyOf({ ...sight, isAlive: () => alive, hasAgent }).founded).toBe(false)
    }
    expect(folders).toEqual(['/spools/t', '/spools/t'])
  })

  test('takes the tree of a dead founder that the process above goes on in', () => {
    const isAbove = ({ pid }: Tree['last']): boolean => pid === inherited.last.pid
    expect(treeKeyOf({ ...sight, isAlive: () => false, isAbove }).founded).toBe(false)
    const launcherMark = 'slurm-18.0'
    expect(treeKeyOf({ ...sight, isAlive: () => false, isAbove, launcherMark }).founded).toBe(true)
  })

  test('asks for the founder itself, not for the last process', () => {
    const isAlive = (one: ProcessIdentity): boolean => one.pid === founder.pid
    expect(treeKeyOf({ ...sight, isAlive }).founded).toBe(false)
    expect(treeKeyOf({ ...sight, isAlive: (one) => !isAlive(one) }).founded).toBe(true)
  })

  test('below a parent that has founded none takes the parent’s name, so that siblings agree', () => {
    const parent = processOf(12)
    const keys = [self, processOf(21)].map(
      (one) => treeKeyOf({ ...sight, self: one, inherited: undefined, parent }).tree.key,
    )
    expect(keys).toEqual([localKey(parent), localKey(parent)])
  })
})
