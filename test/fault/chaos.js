// Runs test/fault/chaos/main.ts from its source, against the built packages: npm run chaos -- --help
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const { module } = await runnerImport(fileURLToPath(new URL('./chaos/main.ts', import.meta.url)), {
  logLevel: 'error',
})
process.exit(await module.main(process.argv.slice(2)))
