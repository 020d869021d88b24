// The page: one script and one style, with all that it needs, from our own origin. Part of `npm run build`.
import fs from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'

const page = path.join(import.meta.dirname, 'page')
const outdir = path.join(import.meta.dirname, 'dist/page')

fs.rmSync(outdir, { recursive: true, force: true })
const { metafile } = await build({
  metafile: true,
  entryPoints: [
    { in: path.join(page, 'main.tsx'), out: 'page' },
    { in: path.join(page, 'style/page.css'), out: 'page' },
  ],
  outdir,
  bundle: true,
  splitting: true,
  chunkNames: '[name]-[hash]',
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
fs.copyFileSync(path.join(page, 'icon.svg'), path.join(outdir, 'icon.svg'))
const html = fs.readFileSync(path.join(page, 'index.html'), 'utf8')
fs.writeFileSync(path.join(outdir, 'index.html'), html.replace('</head>', `${wantedSoon(metafile)}</head>`))
const notices = ['preact', 'uplot'].map((name) => {
  const folder = path.resolve(import.meta.dirname, '../../node_modules', name)
  return `${name}\n\n${fs.readFileSync(path.join(folder, 'LICENSE'), 'utf8')}`
})
fs.writeFileSync(path.join(outdir, 'notices.txt'), notices.join('\n\n'))

/** What both pages that a visit begins with stand on: asked for at once, not when the first script has been read. */
function wantedSoon({ outputs }) {
  const importsOf = (start) => {
    const [, output] = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint?.endsWith(start)) ?? []
    if (output === undefined) throw new Error(`the page has no ${start}`)
    return output.imports
      .filter(({ kind }) => kind === 'import-statement')
      .map((one) => path.basename(one.path))
  }
  const [runs, run] = ['runs/runs.tsx', 'frame/run-view.tsx'].map(importsOf)
  const both = runs.filter((name) => run.includes(name))
  return both.map((name) => `  <link rel="modulepreload" href="${name}" />\n  `).join('')
}
