import path from 'node:path'
import { namesIn } from '@provloom/shared'
import { Forwarder, targetOf } from './forwarder.ts'
import type { HandedOn } from './forwarder.ts'
import { isOwned } from './owner.ts'
import { openServer } from './server.ts'

/** In a folder of spools, beside its trees. */
export function outboxesOf(spoolRoot: string): string {
  return path.join(spoolRoot, 'mlflow-forward')
}

/** What is kept for a server. */
export interface KeptForServer {
  readonly folder: string
  readonly uri: string
  /** A process hands it on now. */
  readonly isOwned: boolean
}

/** What is kept for MLflow servers among the spools of some roots. */
export function keptForServers(spoolRoots: readonly string[]): KeptForServer[] {
  return spoolRoots
    .map((root) => outboxesOf(root))
    .flatMap((outboxes) => namesIn(outboxes).map((name) => path.join(outboxes, name)))
    .flatMap((folder) => {
      const uri = targetOf(folder)
      return uri === undefined ? [] : [{ folder, uri, isOwned: isOwned(folder) }]
    })
}

/**
 * Hands it on, until all of it is there or nothing moves any more.
 *
 * @param uri another address of its server
 * @param variables as `openServer` has them
 * @throws {Error} where another process does
 */
export async function handOnKept(
  { folder, uri: kept }: Pick<KeptForServer, 'folder' | 'uri'>,
  variables: Readonly<Record<string, string | undefined>>,
  tell: (message: string) => void,
  uri: string = kept,
): Promise<HandedOn> {
  let forwarder: Forwarder | undefined
  const server = openServer(uri, variables, () => forwarder?.moved())
  forwarder = new Forwarder({ folder, server, tell })
  return await forwarder.finish(Number.MAX_SAFE_INTEGER)
}
