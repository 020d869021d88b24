import type { Context } from '../context.ts'
import { deliveryOf } from '../delivery.ts'
import type { Delivery } from '../status.ts'
import { removeTree } from './folder.ts'
import type { TreeFolder } from './folder.ts'
import type { SessionEnd } from './open-sessions.ts'

/** What became of a tree that was served: told, and removed, or handed on to another agent. */
export function concludeTree(context: Context, tree: TreeFolder, ended: readonly SessionEnd[]): Delivery {
  const { voice, config, tell } = context
  const delivery = deliveryOf(ended, tree)
  if (delivery.kind === 'kept') for (const message of delivery.told) voice.tell(message)
  if (delivery.kind === 'handed-on') {
    voice.tell(
      config.startSuccessor === undefined
        ? `the command has ended, and processes of it go on; what they log is kept in ${tree.root}. Have it published with: provloom agent --tree ${tree.root}`
        : 'the command has ended, and processes of it go on; another agent publishes what they log until they end',
    )
    config.startSuccessor?.(tree.root)
  } else removeTree(tree)
  tell({ kind: 'finished', delivery })
  return delivery
}
