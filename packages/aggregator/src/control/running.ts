import net from 'node:net'
import os from 'node:os'
import { ProvloomError, readConnection } from '@provloom/shared'
import type { Connection } from '@provloom/shared'
import { isAlive } from '@provloom/shared/process'

const answerWithinMs = 1_000

/**
 * Makes sure that no other aggregator lives on a control folder: its process is there, where that can be seen, and
 * its port answers.
 *
 * @throws {ProvloomError} `AGGREGATOR_RUNNING`
 */
export async function refuseSecond(connectionFile: string): Promise<void> {
  const connection = lastConnection(connectionFile)
  if (connection === undefined || !(await lives(connection))) return
  throw new ProvloomError(
    'AGGREGATOR_RUNNING',
    `An aggregator runs here already: process ${connection.pid} on ${connection.host}`,
    {
      doing: 'start the aggregator',
      to: connectionFile,
      hint: 'Use the one that runs, stop it first, or give this one its own --job-key or --provenance-save-dir.',
    },
  )
}

/** A file that cannot be understood is nobody's: it is replaced. */
function lastConnection(file: string): Connection | undefined {
  try {
    return readConnection(file)
  } catch (error) {
    if (error instanceof ProvloomError && error.code === 'BAD_CONNECTION_FILE') return undefined
    throw error
  }
}

async function lives(connection: Connection): Promise<boolean> {
  if (connection.left === true) return false
  const here = connection.host === os.hostname()
  if (here && (connection.pid === process.pid || !isAlive(connection.pid))) {
    return connection.pid === process.pid && (await answers('127.0.0.1', connection.port))
  }
  const host = here && connection.listen === '0.0.0.0' ? '127.0.0.1' : connection.advertise
  return answers(host, connection.port)
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: answerWithinMs })
    const answer = (yes: boolean) => () => {
      socket.destroy()
      resolve(yes)
    }
    socket.once('connect', answer(true))
    socket.once('error', answer(false))
    socket.once('timeout', answer(false))
  })
}
