import fs from 'node:fs'
import os from 'node:os'
import * as si from 'systeminformation'
import { ofGraphics, ofMachine, ofMounts, ofProcessor, ofSystem } from './told.ts'

/**
 * A process of its own, once a tree: systeminformation weighs 0.7 MB, starts programs and waits for some of them standing
 * still. Each answer is a line of its own as soon as it is there, so that one that never comes takes no other with it.
 */
function tell(answer: object): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}

/** No display is asked for its screens, least of all one at the other end of a connection. */
for (const name of ['DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY']) delete process.env[name]

const isLinux = process.platform === 'linux'

await Promise.allSettled([
  si.osInfo().then((told) => tell({ host: ofSystem(told) })),
  si.cpu().then((told) => tell({ host: ofProcessor(told, os.cpus()[0]?.model) })),
  si.system().then((told) => tell({ host: ofMachine(told) })),
  // Linux has a table of mounts: `df`, which this asks, looks at all of them and hangs at one whose server is gone.
  isLinux ? undefined : si.fsSize().then((told) => tell({ mounts: ofMounts(told) })),
])
// Last: it may stand still for seconds.
if (!isLinux || hasOtherAdapters()) await si.graphics().then((told) => tell({ gpus: ofGraphics(told) }))
tell({ over: true })

/** Whether there are graphics adapters of others than NVIDIA, whose own program is asked by the agent and knows more. */
function hasOtherAdapters(): boolean {
  const root = '/sys/bus/pci/devices'
  const read = (device: string, name: string): string =>
    fs.readFileSync(`${root}/${device}/${name}`, 'utf8').trim()
  try {
    return fs.readdirSync(root).some((one) => {
      // 03: display controllers.
      return read(one, 'class').startsWith('0x03') && read(one, 'vendor') !== '0x10de'
    })
  } catch {
    return false
  }
}
