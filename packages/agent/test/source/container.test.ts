import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { isInContainer } from '../../src/source/container.ts'
import { freshFolder } from '../support/place.ts'

const layers = '29 1 0:27 / / rw,relatime shared:1 - overlay overlay rw,lowerdir=/a,upperdir=/b'
const disk = '22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw'
const volume = '30 22 0:28 / /var/lib/docker/overlay2/x/merged rw - overlay overlay rw,lowerdir=/a'

test.each([
  ['what Docker leaves', { '.dockerenv': '' }, {}, true],
  ['what Podman leaves', { 'run/.containerenv': '' }, {}, true],
  ['what Kubernetes tells its pods', {}, { KUBERNETES_SERVICE_HOST: '10.0.0.1' }, true],
  ['a root of layers', { 'proc/self/mountinfo': `${volume}\n${layers}\n` }, {}, true],
  [
    'a root of layers that another one lies over',
    { 'proc/self/mountinfo': `${layers}\n${disk}\n` },
    {},
    false,
  ],
  [
    'a machine’s own disk, with containers on it',
    { 'proc/self/mountinfo': `${disk}\n${volume}\n` },
    {},
    false,
  ],
  ['nothing', {}, {}, false],
] as const)('a container is known by %s', (_, files, variables, is) => {
  const root = freshFolder()
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
    fs.writeFileSync(path.join(root, name), text)
  }
  expect(isInContainer(variables, root)).toBe(is)
})
