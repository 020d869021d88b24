// Holds the lease of a run with the built package while no descriptor is left, then while another one has taken it, and
// prints how it stands each time.
import fs from 'node:fs'
import path from 'node:path'
import { systemClock } from '@provloom/shared'
import { Lease } from '../../dist/run/lease.js'

const runDir = process.argv[2]
const taking = { clock: systemClock(), version: '0', force: false, told: () => {} }
const lease = await Lease.take(runDir, taking)
const other = path.join(runDir, 'other')
fs.writeFileSync(other, JSON.stringify({ format: 1, nonce: 'another', name: 'another process' }))
const open = []
try {
  for (;;) open.push(fs.openSync('/dev/null'))
} catch {
  // There are no more.
}
const full = lease.look(true)
fs.renameSync(other, path.join(runDir, '.lease'))
const taken = lease.look(true)
for (const descriptor of open) fs.closeSync(descriptor)
console.log(JSON.stringify({ descriptors: open.length > 0, full, taken }))
