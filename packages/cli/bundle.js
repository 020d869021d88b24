// The command as few files: Node loads hundreds of small ones in a quarter of a second, and every start of an agent or an
// aggregator pays for them. Part of `npm run build`, after the compiler.
import fs from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'

const packages = path.resolve(import.meta.dirname, '..')
const dist = path.join(import.meta.dirname, 'dist')
const commands = fs.readdirSync(path.join(dist, 'command')).filter((name) => name.endsWith('.js'))

/** What is not ours stays where npm has put it. */
const foreign = fs.readdirSync(packages).flatMap((name) => {
  const text = fs.readFileSync(path.join(packages, name, 'package.json'), 'utf8')
  const { dependencies, optionalDependencies } = JSON.parse(text)
  return Object.keys({ ...dependencies, ...optionalDependencies }).filter(
    (one) => !one.startsWith('@provloom/'),
  )
})

fs.rmSync(path.join(dist, 'bundle'), { recursive: true, force: true })
await build({
  entryPoints: [
    { in: path.join(dist, 'main.js'), out: 'main' },
    ...commands.map((name) => ({
      in: path.join(dist, 'command', name),
      out: `command-${path.basename(name, '.js')}`,
    })),
    // Found beside whoever starts them.
    { in: path.join(packages, 'agent/dist/source/host/host-process.js'), out: 'host-process' },
    { in: path.join(packages, 'aggregator/dist/metrics/encode-worker.js'), out: 'encode-worker' },
    { in: path.join(packages, 'aggregator/dist/metrics/curve/fold-worker.js'), out: 'fold-worker' },
    { in: path.join(packages, 'aggregator/dist/inbox/shed-process.js'), out: 'shed-process' },
  ],
  outdir: path.join(dist, 'bundle'),
  chunkNames: 'part-[hash]',
  external: [...new Set(foreign)].flatMap((name) => [name, `${name}/*`]),
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  logLevel: 'warning',
})

// What `provloom ui` serves, beside who serves it.
fs.cpSync(path.join(packages, 'ui/dist/page'), path.join(dist, 'bundle/page'), { recursive: true })
