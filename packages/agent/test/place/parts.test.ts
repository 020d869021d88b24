import { describe, expect, test } from 'vitest'
import { devicesOf, machineDevices } from '../../src/place/devices.ts'
import { endpointOfText, optionIn } from '../../src/place/job-key.ts'
import { firstNode, tasksPerNode } from '../../src/place/slurm.ts'
import fs from 'node:fs'
import path from 'node:path'
import { freshFolder } from '../support/place.ts'

test.each([
  ['4(x2)', undefined, 4],
  ['4', undefined, 4],
  ['4(x2),3', undefined, undefined],
  ['4(x2),3', 1, 4],
  ['4(x2),3', 2, 3],
  ['4(x2),3', 3, undefined],
  ['4(x', 0, undefined],
  [undefined, 0, undefined],
])('tasks per node of %s on node %s are %s', (text, node, tasks) => {
  expect(tasksPerNode(text, node)).toBe(tasks)
})

test.each([
  ['n1', 'n1'],
  ['n1,n2', 'n1'],
  ['n[01-03,7],m1', 'n01'],
  ['n[7,01-03]', 'n7'],
  ['rack[0-1]n[03-07,9],m2', 'rack0n03'],
  ['10.0.0.4,10.0.0.5', '10.0.0.4'],
  ['', undefined],
  [undefined, undefined],
])('the first node of %s is %s', (list, node) => {
  expect(firstNode(list)).toBe(node)
})

test.each([
  ['n0:29400', { address: 'n0', port: '29400' }],
  ['n0', { address: 'n0', port: undefined }],
  ['[fe80::1]:29400', { address: 'fe80::1', port: '29400' }],
  ['fe80::1', { address: 'fe80::1', port: undefined }],
  ['', undefined],
  [undefined, undefined],
])('the endpoint %s is read', (text, endpoint) => {
  expect(endpointOfText(text)).toEqual(endpoint)
})

test('an option of a command line is found in each of its spellings, the launcher’s before the script’s', () => {
  const argv = ['torchrun', '--rdzv_endpoint=a:1', '--master-port', '2', 't.py', '--master_port=9', '--last']
  expect(optionIn(argv, 'rdzv-endpoint')).toBe('a:1')
  expect(optionIn(argv, 'master-port')).toBe('2')
  expect(optionIn(argv, 'last')).toBeUndefined()
  expect(optionIn(argv, 'nnodes')).toBeUndefined()
})

describe('devices', () => {
  test('are the entry of the local rank, or the only visible one', () => {
    expect(devicesOf({ CUDA_VISIBLE_DEVICES: '2,3' }, 1)).toBe('3')
    expect(devicesOf({ CUDA_VISIBLE_DEVICES: 'GPU-aa' }, 3)).toBe('GPU-aa')
    expect(devicesOf({ HIP_VISIBLE_DEVICES: '0,1' }, undefined)).toBe('0,1')
  })

  test.each([
    [
      "a container's number is the UUID that it stands for",
      { NVIDIA_VISIBLE_DEVICES: 'GPU-a1,GPU-b2', CUDA_VISIBLE_DEVICES: '1' },
      0,
      'GPU-b2',
    ],
    ['a container of UUIDs alone', { NVIDIA_VISIBLE_DEVICES: 'GPU-a1,MIG-c3' }, 1, 'MIG-c3'],
    [
      "a container's devices count from 0, whatever the machine calls them",
      { NVIDIA_VISIBLE_DEVICES: '4,7' },
      1,
      '1',
    ],
    ['a container that hides none', { NVIDIA_VISIBLE_DEVICES: 'all', CUDA_VISIBLE_DEVICES: '2,3' }, 1, '3'],
    ['a container without any', { NVIDIA_VISIBLE_DEVICES: 'void' }, 0, undefined],
    ['beginnings of UUIDs and MIG', { CUDA_VISIBLE_DEVICES: 'GPU-1a,MIG-GPU-2b/1/0' }, 1, 'MIG-GPU-2b/1/0'],
    ['HIP counts in what ROCR leaves', { ROCR_VISIBLE_DEVICES: '4,5,6', HIP_VISIBLE_DEVICES: '1,2' }, 0, '5'],
    ['ROCR by UUIDs', { ROCR_VISIBLE_DEVICES: 'GPU-d0,GPU-d1' }, 1, 'GPU-d1'],
    ['ROCR, and CUDA as HIP reads it', { ROCR_VISIBLE_DEVICES: '4,5', CUDA_VISIBLE_DEVICES: '1' }, 3, '5'],
    ['what is behind one that there is not', { CUDA_VISIBLE_DEVICES: '1,-1,2' }, 2, '1'],
    ['Slurm, without any', { CUDA_VISIBLE_DEVICES: 'NoDevFiles' }, 0, undefined],
  ])('%s', (_of, variables, localRank, device) => {
    expect(devicesOf(variables, localRank, 8)).toBe(device)
  })

  test('are none where an empty list hides all', () => {
    expect(devicesOf({ CUDA_VISIBLE_DEVICES: '' }, 0, 8)).toBeUndefined()
  })

  test('are, without a list, the one with the local rank’s number, where the machine has it', () => {
    expect(devicesOf({}, 3, 8)).toBe('3')
    expect(devicesOf({}, 3, 2)).toBeUndefined()
    expect(devicesOf({}, 0, 0)).toBeUndefined()
    expect(devicesOf({}, undefined, 8)).toBeUndefined()
  })

  test('of a machine are counted by their device files', () => {
    const root = freshFolder()
    expect(machineDevices(root)).toBe(0)
    fs.mkdirSync(path.join(root, 'dev/dri'), { recursive: true })
    for (const name of ['renderD128', 'renderD129', 'card0'])
      fs.writeFileSync(path.join(root, 'dev/dri', name), '')
    expect(machineDevices(root)).toBe(0)
    fs.writeFileSync(path.join(root, 'dev/kfd'), '')
    expect(machineDevices(root)).toBe(2)
    for (const name of ['nvidia0', 'nvidia1', 'nvidia2', 'nvidiactl'])
      fs.writeFileSync(path.join(root, 'dev', name), '')
    expect(machineDevices(root)).toBe(3)
  })
})
