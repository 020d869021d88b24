import fs from 'node:fs'
import path from 'node:path'
import { folder } from './cli.ts'
import { works } from './needs.ts'

/** A machine's counters stand where /sys/class is, its boot id where the kernel has it, and it may have a name of its own. */
const asAnother =
  'mount --bind "$CLASS" /sys/class && mount --bind "$BOOT" /proc/sys/kernel/random/boot_id && { [ -z "$NAME" ] || hostname "$NAME"; } && exec "$@"'
/** Whether a process may have a machine of its own. */
export const hasNamespaces: boolean = works('unshare', ['-m', '-u', 'true'])

/** A machine of two packages, whose platform counts them again. */
export class Machine {
  readonly class: string = folder()
  readonly #boot: string = path.join(folder(), 'boot_id')

  constructor(bootId: string) {
    fs.mkdirSync(path.join(this.class, 'powercap/intel-rapl'), { recursive: true })
    fs.symlinkSync('/sys/class/powercap', path.join(this.class, 'powercap/intel-rapl/subsystem'))
    fs.writeFileSync(this.#boot, `${bootId}\n`)
    this.shows(0)
  }

  shows(joules: number): void {
    const zone = (name: string, label: string, used: number, before: number): void => {
      const place = path.join(this.class, 'powercap', name)
      fs.mkdirSync(place, { recursive: true })
      const files = { name: label, energy_uj: (before + used) * 1e6, max_energy_range_uj: 262_143_328_850 }
      // Whole, whenever it is read.
      for (const [file, text] of Object.entries(files)) {
        fs.writeFileSync(path.join(place, `.${file}`), `${text}\n`)
        fs.renameSync(path.join(place, `.${file}`), path.join(place, file))
      }
    }
    zone('intel-rapl:0', 'package-0', joules, 1_000)
    zone('intel-rapl:1', 'package-1', 2 * joules, 2_000)
    zone('intel-rapl:2', 'psys', 4 * joules, 3_000)
  }

  /** In front of a command that runs on it. */
  front(name = ''): readonly string[] {
    const variables = [`CLASS=${this.class}`, `BOOT=${this.#boot}`, `NAME=${name}`]
    return ['env', ...variables, 'unshare', '-m', '-u', 'sh', '-c', asAnother, 'sh']
  }
}
