// What npm packs of a package beside its own files: the licence; with the command the Python client too, so that
// `import provloom` works where nobody has pip. `prepack.js clean`, behind, takes it away again.
import fs from 'node:fs'
import path from 'node:path'

const repository = path.resolve(import.meta.dirname, '../..')
const folder = process.cwd()
const client = path.join(folder, 'python/provloom')
const withClient = path.basename(folder) === 'cli'

fs.rmSync(path.join(folder, 'LICENSE'), { force: true })
if (withClient) fs.rmSync(path.dirname(client), { recursive: true, force: true })
if (process.argv[2] !== 'clean') {
  if (!fs.existsSync(path.join(folder, 'dist'))) {
    process.stderr.write('Error: there is nothing built that could be packed\nTry:   npm run build\n')
    process.exit(1)
  }
  fs.copyFileSync(path.join(repository, 'LICENSE'), path.join(folder, 'LICENSE'))
  if (withClient) {
    const sources = path.join(repository, 'clients/python/provloom')
    for (const name of fs.readdirSync(sources, { recursive: true, encoding: 'utf8' })) {
      if (!/\.(?:pyi?|typed)$/.test(name)) continue
      fs.mkdirSync(path.dirname(path.join(client, name)), { recursive: true })
      fs.copyFileSync(path.join(sources, name), path.join(client, name))
    }
  }
}
