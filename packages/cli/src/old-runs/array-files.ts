import { spawnSync } from 'node:child_process'
import { fieldsOf } from '@provloom/shared'
import { numberOf } from './literal.ts'
import { timeUs } from './numbers.ts'
import type { Columns } from './numbers.ts'

/** netCDF and Zarr are read by whatever Python has for them. It prints a JSON object, or ends by saying what is missing. */
const program = `
import json, sys
file = sys.argv[1]
def arrays():
    if file.rstrip("/").endswith(".zarr"):
        import zarr
        opened = zarr.open(file, mode="r")
        return opened["epochs"][:], opened["values"][:], opened["timestamps"][:]
    try:
        import netCDF4
        opened = netCDF4.Dataset(file)
        return tuple(opened.variables[one][:] for one in ("epochs", "values", "timestamps"))
    except ImportError:
        import h5py
        opened = h5py.File(file, "r")
        return opened["epochs"][:], opened["values"][:], opened["timestamps"][:]
epochs, values, timestamps = arrays()
print(json.dumps({"steps": [int(one) for one in epochs], "values": [repr(float(one)) for one in values], "times": [int(one) for one in timestamps]}))
`
const limitMs = 120_000
const outputBytesMax = 1024 * 1024 * 1024

/** @returns the series, or why it cannot be read */
export function readArrays(file: string): Columns | string {
  for (const python of ['python3', 'python']) {
    const done = spawnSync(python, ['-c', program, file], {
      encoding: 'utf8',
      timeout: limitMs,
      maxBuffer: outputBytesMax,
    })
    if (done.error !== undefined && done.status === null) continue
    if (done.status === 0) return columnsOf(done.stdout)
    const last = done.stderr.trim().split('\n').at(-1) ?? ''
    return /ModuleNotFoundError|ImportError/.test(last)
      ? `${python} has no reader for it (${last.replace(/^\w+: /, '')}): install zarr, or netCDF4 or h5py`
      : `it cannot be read: ${last}`
  }
  return 'no Python is there to read it: install one with zarr, or netCDF4 or h5py'
}

function columnsOf(text: string): Columns | string {
  const found = fieldsOf(JSON.parse(text))
  const listed = (name: string): unknown[] => {
    const list = found.get(name)
    return Array.isArray(list) ? list : []
  }
  return {
    steps: listed('steps').map(Number),
    values: listed('values').map((one) => numberOf(String(one))),
    times: listed('times').map((one) => timeUs(Number(one))),
  }
}
