import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { fileSystemOf, linuxMounts, mountOf, mountsIn } from '../../../src/source/host/file-system.ts'
import { freshFolder } from '../../support/place.ts'

const table = [
  '22 1 254:0 / / rw,relatime - ext4 /dev/vda rw',
  '30 22 0:40 / /scratch rw,relatime shared:5 - autofs systemd-1 rw,fd=30',
  '31 30 0:41 / /scratch rw,relatime shared:6 - lustre 10.0.0.1@o2ib:/scratch rw',
  '32 22 0:42 / /my\\040data rw master:1 propagate_from:2 - fuse.sshfs me@there:/ rw',
  '33 22 0:43 / /scratch2 rw - tmpfs tmpfs rw',
  '',
].join('\n')

test.each([
  ['/', 'ext4'],
  ['/home/me', 'ext4'],
  ['/scratch', 'lustre'],
  ['/scratch/run/prov', 'lustre'],
  ['/scratch2/run', 'tmpfs'],
  ['/scratchy', 'ext4'],
  ['/my data/x', 'fuse.sshfs'],
])('%s lies on %s: the nearest mount above it, and the last of several', (folder, type) => {
  expect(mountOf(folder, mountsIn(table))?.type).toBe(type)
})

test('a folder is looked at where its links lead, with the size of all of it', async () => {
  const folder = fs.realpathSync(freshFolder())
  const mounts = [
    { folder: '/', type: 'root' },
    { folder: path.join(folder, 'real'), type: 'mounted' },
  ]
  fs.mkdirSync(path.join(folder, 'real'))
  fs.symlinkSync('real', path.join(folder, 'link'))
  const { blocks, bsize } = fs.statfsSync(folder)
  expect(await fileSystemOf(path.join(folder, 'link'), mounts)).toEqual({
    type: 'mounted',
    bytes: blocks * bsize,
  })
})

test.runIf(process.platform === 'linux')(
  'where the table of mounts has none, as in a chroot, the file system says what it is',
  async () => {
    expect(await fileSystemOf('/proc/self', [])).toEqual({ type: 'proc' })
    const { blocks, bsize } = fs.statfsSync(freshFolder())
    expect(await fileSystemOf(freshFolder(), [])).toMatchObject({ bytes: blocks * bsize })
  },
)

test('a folder that is not there lies on nothing', async () => {
  expect(
    await fileSystemOf(path.join(freshFolder(), 'gone'), [{ folder: '/', type: 'ext4' }]),
  ).toBeUndefined()
})

test.runIf(process.platform === 'linux')('of this machine the table of mounts is read', async () => {
  expect(await fileSystemOf('/proc/self', linuxMounts()!)).toEqual({ type: 'proc' })
  expect(await fileSystemOf(freshFolder(), linuxMounts()!)).toMatchObject({ bytes: expect.any(Number) })
})
