import fs from 'node:fs'
import path from 'node:path'
import type { Variables } from '../place/variables.ts'

/** What Docker and Podman leave in every container of theirs. */
const marks = ['.dockerenv', 'run/.containerenv']

/**
 * Whether this process is in a container, whose name is not the machine's: by what the engines leave there, by what
 * Kubernetes tells every pod, or by a root of layers (containerd and CRI-O leave nothing else).
 */
export function isInContainer(variables: Variables, root = '/'): boolean {
  if (variables['KUBERNETES_SERVICE_HOST'] !== undefined) return true
  return marks.some((mark) => fs.existsSync(path.join(root, mark))) || isRootOfLayers(root)
}

/** proc(5), mountinfo: mount point is the fifth field, the file system's type the first behind the hyphen. */
function isRootOfLayers(root: string): boolean {
  try {
    const lines = fs.readFileSync(path.join(root, 'proc/self/mountinfo'), 'utf8').split('\n')
    const ofRoot = lines.filter((line) => line.split(' ')[4] === '/').at(-1)
    return ofRoot !== undefined && / - (?:overlay|aufs|fuse-overlayfs) /.test(ofRoot)
  } catch {
    return false
  }
}
