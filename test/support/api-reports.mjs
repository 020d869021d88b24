// Writes API Extractor's report of each door: `api-reports.mjs JUDGES DOORS`, DOORS being JSON of {place, entry, report, folder}.
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

const [judges, doors] = process.argv.slice(2)
const require = createRequire(path.join(judges, 'package.json'))
const { Extractor, ExtractorConfig } = require('@microsoft/api-extractor')
const quiet = { default: { logLevel: 'none' } }

for (const { place, entry, report, folder } of JSON.parse(doors)) {
  fs.mkdirSync(folder, { recursive: true })
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: place,
      mainEntryPointFilePath: entry,
      newlineKind: 'lf',
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            module: 'nodenext',
            moduleResolution: 'nodenext',
            target: 'es2022',
            lib: ['es2023'],
            skipLibCheck: true,
            types: ['node'],
            typeRoots: [path.resolve(place, '../../node_modules/@types')],
          },
          files: [entry],
        },
      },
      apiReport: {
        enabled: true,
        reportFileName: report,
        reportFolder: folder,
        reportTempFolder: path.join(folder, 'temp'),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: quiet,
        extractorMessageReporting: quiet,
        tsdocMessageReporting: quiet,
      },
    },
    configObjectFullPath: path.join(place, 'api-extractor.json'),
    packageJsonFullPath: path.join(place, 'package.json'),
  })
  Extractor.invoke(config, {
    localBuild: true,
    messageCallback: (message) => {
      message.handled = true
    },
  })
}
