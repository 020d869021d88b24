// Runs bench/graph/main.ts from its source: node bench/graph.js RANKS REPETITIONS [queries]
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const { module } = await runnerImport(fileURLToPath(new URL('./graph/main.ts', import.meta.url)), {
  logLevel: 'error',
})
module.main(process.argv.slice(2))
