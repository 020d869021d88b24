// All tests on each of the Nodes of test/support/nodes.json, which .ci/run installs: `npm run endure -- nodes`.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

const repository = path.resolve(import.meta.dirname, '../..')
const folder = path.join(repository, '.cache/nodes/node_modules')
const names = fs.existsSync(folder) ? fs.readdirSync(folder).filter((name) => name.startsWith('node-')) : []
if (names.length === 0) throw new Error('there are no other Nodes: .ci/run installs them')
const failed = names.filter((name) => {
  const bin = path.join(folder, name, 'bin')
  const env = { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH}` }
  console.log(`\n==== ${name}`)
  const { status } = spawnSync(path.join(bin, 'node'), ['node_modules/vitest/vitest.mjs', 'run'], {
    cwd: repository,
    stdio: 'inherit',
    env,
  })
  return status !== 0
})
console.log(failed.length === 0 ? `all passed on ${names.join(', ')}` : `failed on ${failed.join(', ')}`)
process.exit(failed.length === 0 ? 0 : 1)
