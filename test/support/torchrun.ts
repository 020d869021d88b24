import { folder } from './cli.ts'
import type { Started } from './cli.ts'
import { hasTorch, named, systemPython } from './needs.ts'
import type { Site } from './site.ts'

export const needsTorch = (text: string): string => named(text, hasTorch, 'needs python3-torch')

export const underAgent: readonly string[] = ['provloom', 'agent', '--with-aggregator', '--']

/** Debian's torch under Python 3.11 cannot start without the last options. */
export function torchrun(here: Site, options: readonly string[], command: readonly string[]): Started {
  const std = ['-r', '9:3', '-t', '9:3', '--log_dir', folder()]
  const args = ['-m', 'torch.distributed.run', ...options, ...std, '--no_python', ...command]
  return here.start(systemPython, args, { env: { OMP_NUM_THREADS: '1' } })
}
