import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { memoryKills } from '../../src/launch/memory-kills.ts'
import { freshFolder } from '../support/place.ts'

function machine(files: Readonly<Record<string, string>>): string {
  const root = freshFolder()
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
    fs.writeFileSync(path.join(root, name), text)
  }
  return root
}

const events = 'low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n'

test.each([
  ['cgroup v2', { 'proc/self/cgroup': '0::/job/step\n', 'sys/fs/cgroup/job/step/memory.events': events }, 2],
  [
    'cgroup v2 in a container, where the group is the root',
    { 'proc/self/cgroup': '0::/kubepods/pod1/c1\n', 'sys/fs/cgroup/memory.events': events },
    2,
  ],
  [
    'cgroup v1',
    {
      'proc/self/cgroup': '9:name=systemd:/\n4:cpu,memory:/slurm/job_7\n0::/\n',
      'sys/fs/cgroup/memory/slurm/job_7/memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 5\n',
    },
    5,
  ],
  [
    'an old kernel, which does not count',
    {
      'proc/self/cgroup': '4:memory:/a\n',
      'sys/fs/cgroup/memory/a/memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\n',
    },
    undefined,
  ],
  ['a machine without control groups', {}, undefined],
] as const)('kills for lack of memory are counted from %s', (_, files, count) => {
  expect(memoryKills(machine(files))).toBe(count)
})
