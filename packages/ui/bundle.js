// The page: one script and one style, with all that it needs, from our own origin. Part of `npm run build`.
import fs from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'

const page = path.join(import.meta.dirname, 'page')
const outdir = path.join(import.meta.dirname, 'dist/page')

fs.rmSync(outdir, { recursive: true, force: true })
await build({
  entryPoints: [
    { in: path.join(page, 'main.tsx'), out: 'page' },
    { in: path.join(page, 'style/page.css'), out: 'page' },
  ],
  outdir,
  bundle: true,
  splitting: true,
  chunkNames: 'part-[hash]',
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: ['chrome109', 'firefox115', 'safari16.4'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  // What is ours comes from its sources, as elsewhere; types alone are wanted of it.
  conditions: ['provloom-source'],
  logLevel: 'warning',
})
for (const name of ['index.html', 'icon.svg']) fs.copyFileSync(path.join(page, name), path.join(outdir, name))
const notices = ['preact', 'uplot'].map((name) => {
  const folder = path.resolve(import.meta.dirname, '../../node_modules', name)
  return `${name}\n\n${fs.readFileSync(path.join(folder, 'LICENSE'), 'utf8')}`
})
fs.writeFileSync(path.join(outdir, 'notices.txt'), notices.join('\n\n'))
