/**
 * A process of its own that shares the aggregator's listening socket. It waits until it is told that the aggregator has
 * no descriptors left, and then takes what waits to be accepted and sends it away. It ends with the aggregator.
 */
import net from 'node:net'

// Said to a whole process group, these are for the aggregator, which may need some time; Node opens its debugger at
// SIGUSR1. First of all, and out of packages/shared/src/signals.ts without loading it.
for (const signal of ['SIGUSR1', 'SIGUSR2', 'SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {})

/** Where `fork` has put the listening socket. */
const listeningFd = 4

function shed(): void {
  const server = net.createServer({ pauseOnConnect: true }, (socket) => {
    socket.on('error', () => {})
    socket.resetAndDestroy()
  })
  server.on('error', () => process.exit(1))
  server.listen({ fd: listeningFd })
}

if (process.send !== undefined) {
  process.once('message', shed)
  process.once('disconnect', () => process.exit(0))
}
