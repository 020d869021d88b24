// Runs test/endure/main.ts from its source: npm run endure -- NAME [--seed N] [--effort N]
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const { module } = await runnerImport(fileURLToPath(new URL('./main.ts', import.meta.url)), {
  logLevel: 'error',
})
process.exit(await module.main(process.argv.slice(2)))
