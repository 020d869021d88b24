import fs from 'node:fs'
import path from 'node:path'

/** A machine's own files, below a root of its own: a test says what they hold. */
export class MachineTree {
  readonly root: string

  constructor(root: string) {
    this.root = root
  }

  /** A zone of Intel's or AMD's counters, where it stands in microjoules, and where it begins anew. */
  zone(name: string, label: string, microjoules: number, rangeUj = 262_143_328_850): void {
    this.write(`sys/class/powercap/${name}/name`, label)
    this.write(`sys/class/powercap/${name}/energy_uj`, String(Math.round(microjoules)))
    this.write(`sys/class/powercap/${name}/max_energy_range_uj`, String(rangeUj))
  }

  /** What a package may take, in watts. */
  cap(name: string, watts: number): void {
    this.write(`sys/class/powercap/${name}/constraint_0_max_power_uw`, String(watts * 1e6))
  }

  /** A counter of HPE's, in joules. */
  cray(name: string, joules: number): void {
    this.write(`sys/cray/pm_counters/${name}`, `${joules} J 1700000000000000 us`)
  }

  /** A card of AMD's whose counter stands at so many joules; undefined: its form has none. */
  amd(card: number, id: string, joules: number | undefined): void {
    const metrics = Buffer.alloc(96)
    metrics.writeUInt16LE(96, 0)
    metrics[2] = joules === undefined ? 2 : 1
    metrics[3] = 3
    if (joules !== undefined) metrics.writeBigUInt64LE(BigInt(joules * 65_536), 24)
    const folder = `sys/class/drm/card${card}/device`
    this.write(`${folder}/vendor`, '0x1002')
    this.write(`${folder}/unique_id`, id)
    fs.writeFileSync(path.join(this.root, folder, 'gpu_metrics'), metrics)
  }

  /** Seconds of all processors together, since boot. */
  processors(busy: number, idle: number): void {
    this.write('proc/stat', `cpu  ${busy * 100} 0 0 ${idle * 100} 0 0 0 0 0 0`)
  }

  /** A process that has computed for so many seconds. */
  process(pid: number, seconds: number): void {
    const fields = Array.from({ length: 50 }, () => '0')
    fields[0] = 'R'
    fields[1] = '1'
    fields[11] = String(seconds * 100)
    this.write(`proc/${pid}/stat`, `${pid} (python3) ${fields.join(' ')}`)
  }

  remove(name: string): void {
    fs.rmSync(path.join(this.root, name), { recursive: true })
  }

  write(name: string, text: string): void {
    const file = path.join(this.root, name)
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, `${text}\n`)
  }
}
