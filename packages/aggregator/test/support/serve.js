// A real aggregator process, for tests to kill. Argument: its configuration as JSON. Tells every status as a line of JSON.
import { createAggregator } from '../../dist/index.js'

const aggregator = createAggregator({
  ...JSON.parse(process.argv[2]),
  onStatus: (status) => process.stdout.write(`${JSON.stringify(status)}\n`),
})
process.on('SIGTERM', () => {
  void aggregator.stop(1_000).then(() => process.exit(0))
})
await aggregator.start()
