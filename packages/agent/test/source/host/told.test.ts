import type { Systeminformation } from 'systeminformation'
import { describe, expect, test } from 'vitest'
import { gpusTold } from '../../../src/source/host/host.ts'
import { gpusOf } from '../../../src/source/host/nvidia.ts'
import { ofGraphics, ofMachine, ofMounts, ofProcessor, ofSystem } from '../../../src/source/host/told.ts'

/** As systeminformation documents its answers, or gives them on the system that is named. */
const controller = (
  some: Partial<Systeminformation.GraphicsControllerData>,
): Systeminformation.GraphicsControllerData => ({
  vendor: '',
  model: '',
  bus: '',
  vram: null,
  vramDynamic: false,
  ...some,
})

const graphics = (
  ...controllers: readonly Partial<Systeminformation.GraphicsControllerData>[]
): Systeminformation.GraphicsData => ({ controllers: controllers.map(controller), displays: [] })

const processor: Systeminformation.CpuData = {
  manufacturer: 'Intel',
  brand: 'Xeon® Platinum 8480+',
  vendor: 'Intel',
  family: '6',
  model: '143',
  stepping: '8',
  revision: '',
  voltage: '',
  speed: 2,
  speedMin: 0.8,
  speedMax: 3.8,
  governor: 'performance',
  cores: 224,
  physicalCores: 112,
  performanceCores: 112,
  efficiencyCores: 0,
  processors: 2,
  socket: '',
  flags: 'fpu vme',
  virtualization: true,
  cache: { l1d: 1, l1i: 1, l2: 1, l3: 1 },
}

const machine: Systeminformation.SystemData = {
  manufacturer: 'Dell Inc.',
  model: 'PowerEdge XE9680',
  version: 'Not Specified',
  serial: 'SECRET-SERIAL',
  uuid: '4c4c4544-0000-0000-0000-000000000000',
  sku: 'SKU-1',
  virtual: false,
}

const system: Systeminformation.OsData = {
  platform: 'linux',
  distro: 'Red Hat Enterprise Linux',
  release: '9.4',
  codename: 'Plow',
  kernel: '5.14.0-427.el9.x86_64',
  arch: 'x64',
  hostname: 'node1',
  fqdn: 'node1.cluster.internal',
  codepage: 'UTF-8',
  logofile: 'redhat',
  serial: 'SECRET-SERIAL',
  build: '',
  servicepack: '',
  uefi: true,
}

test('a server is told with its processors, its maker’s name for it, and what runs on it', () => {
  expect(ofProcessor(processor, 'Intel(R) Xeon(R) Platinum 8480+')).toEqual({
    cpu: 'Intel(R) Xeon(R) Platinum 8480+',
    physicalCores: 112,
    sockets: 2,
    cpuGHz: 2,
    cpuMaxGHz: 3.8,
  })
  expect(ofMachine(machine)).toEqual({ machine: 'Dell Inc. PowerEdge XE9680' })
  expect(ofSystem(system)).toEqual({ distribution: 'Red Hat Enterprise Linux', release: '9.4' })
})

test('nothing tells of serial numbers, UUIDs and names of the network', () => {
  const all = JSON.stringify([ofProcessor(processor, undefined), ofMachine(machine), ofSystem(system)])
  for (const secret of [machine.serial, machine.uuid, machine.sku, system.serial, system.fqdn])
    expect(all).not.toContain(secret)
})

describe('what is not known is left out', () => {
  test('where lscpu is missing, cores and sockets would be a guess, and speed is none', () => {
    const bare = { ...processor, vendor: '', family: '', speed: 0, speedMax: 0, cores: 8, physicalCores: 8 }
    expect(ofProcessor(bare, undefined)).toEqual({ cpu: 'Intel Xeon® Platinum 8480+' })
  })

  test('a processor whose name is its maker’s is named once', () => {
    const arm = { ...processor, manufacturer: 'Apple M3 Max', brand: 'M3 Max' }
    expect(ofProcessor(arm, 'unknown')).toMatchObject({ cpu: 'Apple M3 Max' })
  })

  test('of a distribution that does not say what it is', () => {
    expect(ofSystem({ ...system, distro: 'unknown', release: 'unknown' })).toEqual({})
  })

  test.each([
    ['a container', { manufacturer: '', model: 'Docker Container' }, {}],
    ['a machine that says nothing', { manufacturer: '', model: 'Computer' }, {}],
    ['a board without a name', { manufacturer: 'To Be Filled By O.E.M.', model: 'Default string' }, {}],
    [
      'a guest',
      { manufacturer: 'QEMU', model: 'Standard PC', virtual: true, virtualHost: 'KVM' },
      { machine: 'QEMU Standard PC', virtualMachine: 'KVM' },
    ],
    [
      'a guest of nobody knows whom',
      { manufacturer: '', model: 'Virtual machine', virtual: true },
      { virtualMachine: 'of unknown kind' },
    ],
  ])('%s', (_, some, told) => {
    expect(ofMachine({ ...machine, ...some })).toEqual(told)
  })
})

describe('GPUs', () => {
  test('are read from nvidia-smi’s table, with UUID, memory and driver', () => {
    expect(
      gpusOf('NVIDIA H100 80GB HBM3, GPU-aa, 81559, 580.159.04\nNVIDIA GB10, GPU-bb, [N/A], 580.1\n'),
    ).toEqual([
      {
        name: 'NVIDIA H100 80GB HBM3',
        uuid: 'GPU-aa',
        memoryBytes: 81_559 * 1024 * 1024,
        driver: '580.159.04',
      },
      { name: 'NVIDIA GB10', uuid: 'GPU-bb', driver: '580.1' },
    ])
    expect(gpusOf('')).toEqual([])
  })

  test('of AMD and Intel on Linux are told by their names; what only draws a server’s console is none', () => {
    const told = graphics(
      { vendor: 'Advanced Micro Devices, Inc. [AMD/ATI]', model: 'Aldebaran/MI200', vram: 65_536 },
      { vendor: 'Intel Corporation', model: 'Data Center GPU Max 1550', bus: 'Onboard' },
      { vendor: 'ASPEED Technology, Inc.', model: 'ASPEED Graphics Family', vram: 16 },
      { vendor: 'Matrox Electronics Systems Ltd.', model: 'Integrated Matrox G200eW3', vram: 16 },
      { vendor: 'Red Hat, Inc.', model: 'Virtio 1.0 GPU' },
    )
    expect(ofGraphics(told)).toEqual([
      { name: 'Advanced Micro Devices, Inc. [AMD/ATI] Aldebaran/MI200', memoryBytes: 64 * 1024 ** 3 },
      { name: 'Intel Corporation Data Center GPU Max 1550' },
    ])
  })

  test('of macOS have no memory of their own', () => {
    const told = graphics({ vendor: 'Apple', model: 'Apple M3 Max', bus: 'Built-In', vramDynamic: true })
    expect(ofGraphics(told)).toEqual([{ name: 'Apple M3 Max' }])
  })

  test('of Windows are told by what NVIDIA’s driver says, before what Windows does', () => {
    const told = graphics({
      vendor: 'NVIDIA',
      model: 'NVIDIA GeForce RTX 4090',
      name: 'NVIDIA GeForce RTX 4090',
      vram: 4_095,
      memoryTotal: 24_564,
      driverVersion: '551.86',
    })
    expect(ofGraphics(told)).toEqual([
      { name: 'NVIDIA GeForce RTX 4090', memoryBytes: 24_564 * 1024 * 1024, driver: '551.86' },
    ])
  })

  test('that two programs tell of are told once, by the one that knows more', () => {
    const nvidia = [{ name: 'NVIDIA A100', uuid: 'GPU-aa' }]
    const others = [{ name: 'NVIDIA Corporation GA100' }, { name: 'Intel Corporation UHD' }]
    expect(gpusTold(nvidia, others)).toEqual([...nvidia, { name: 'Intel Corporation UHD' }])
    expect(gpusTold([], others)).toEqual(others)
  })
})

test('mounts are told by folder and type, without what is not known', () => {
  const one = { fs: '/dev/disk3s1', size: 1, used: 1, available: 0, use: 100, rw: true }
  expect(
    ofMounts([
      { ...one, type: 'APFS', mount: '/' },
      { ...one, type: '', mount: '/Volumes/x' },
    ]),
  ).toEqual([{ folder: '/', type: 'apfs' }])
})
