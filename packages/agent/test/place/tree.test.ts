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
import type { ProcessIdentity } from '../../src/place/process-identity.ts'

const host = '0b0e1c64-9d2f-4f43-8a49-2a5a9a3e2b11'
const processOf = (pid: number): ProcessIdentity => ({ host, pidNamespace: '', pid, start: `${pid}00` })
const [founder, self, launcher] = [processOf(10), processOf(20), processOf(30)]

describe('PROVLOOM_TREE', () => {
  const tree: Tree = {
    key: localKey(founder),
    launcherKey: 'slurm-17.0',
    folder: '/tmp/my spools/100%/é',
    lastProcess: { ...self, pidNamespace: '4026532281', start: '' },
  }

  test('is four words, whatever the folder is called', () => {
    expect(formatTree(tree)).toBe(
      `local-${host}.10.1000 slurm-17.0 /tmp/my%20spools/100%25/%C3%A9 ${host}.4026532281.20.x`,
    )
    expect(parseTree(formatTree(tree))).toEqual(tree)
  })

  test('says of a process without a launcher that it saw none', () => {
    expect(parseTree(formatTree({ ...tree, launcherKey: '' }))).toEqual({ ...tree, launcherKey: '' })
  })

  test('holds any folder and any launcher’s key', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        fc.nat(),
        (folder, launcherKey, pid) => {
          const any = { ...tree, folder: `/${folder}`, launcherKey, lastProcess: processOf(pid) }
          expect(parseTree(formatTree(any))).toEqual(any)
          expect(formatTree(any)).toMatch(/^[\w%.!~*'()/:@-]+ [\w%.!~*'()/:@-]* \S+ \S+$/)
        },
      ),
      { seed: 20_261_126 },
    )
  })

  test.each([
    undefined,
    '',
    'local-x',
    `local-${host}.10.1000 slurm-17.0 /tmp/my spools ${host}.20.2000`,
    `local-${host}.10.1000  relative ${host}.20.2000`,
    `local-${host}.10.1000  /tmp host.20.2000`,
    ` slurm-17.0 /tmp ${host}.20.2000`,
    `local-%E0%A4%A  /tmp ${host}.20.2000`,
  ])('of another form names no tree: %s', (text) => {
    expect(parseTree(text)).toBeUndefined()
  })

  test('writes a process by host, namespace, number and start', () => {
    for (const one of [self, { ...self, pidNamespace: '4026532281' }, { ...self, start: '' }]) {
      expect(parseProcess(formatProcess(one))).toEqual(one)
      expect(founderOf(localKey(one))).toEqual(one)
    }
    expect(founderOf('slurm-17.0')).toBeUndefined()
    expect(founderOf('local-me')).toBeUndefined()
  })
})

describe('a process', () => {
  const inherited: Tree = {
    key: localKey(founder),
    launcherKey: '',
    folder: '/spools/t',
    lastProcess: processOf(15),
  }
  const sight: TreeSight = {
    self,
    inherited,
    launcherKey: '',
    folderOf: (key) => `/spools/${key}`,
    isAlive: () => true,
    hasAgent: () => false,
  }
  const founded = {
    founded: true,
    tree: { key: localKey(self), launcherKey: '', folder: `/spools/${localKey(self)}`, lastProcess: self },
  }

  test('that was handed no tree founds one, which is named by it', () => {
    expect(treeKeyOf({ ...sight, inherited: undefined })).toEqual(founded)
  })

  test('takes the tree it was handed where no other launcher stands between, and is the last that took it', () => {
    expect(treeKeyOf(sight)).toEqual({ founded: false, tree: { ...inherited, lastProcess: self } })
    const seen = { ...inherited, launcherKey: 'slurm-17.0' }
    expect(treeKeyOf({ ...sight, inherited: seen, launcherKey: 'slurm-17.0' }).founded).toBe(false)
  })

  test('takes the tree where the launcher is the very process that handed it down, and hands on what it sees', () => {
    const launcherKey = localKey(inherited.lastProcess)
    expect(treeKeyOf({ ...sight, launcherKey })).toEqual({
      founded: false,
      tree: { ...inherited, launcherKey, lastProcess: self },
    })
  })

  test('below another launcher, which a script of the tree has started, founds a tree', () => {
    expect(treeKeyOf({ ...sight, launcherKey: 'slurm-18.0' }).founded).toBe(true)
    expect(treeKeyOf({ ...sight, launcherKey: localKey(launcher) }).founded).toBe(true)
    expect(treeKeyOf({ ...sight, inherited: { ...inherited, launcherKey: 'slurm-17.0' } })).toEqual(founded)
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
