import { reasonOf, systemCode } from '@provloom/shared'

/** The run directory takes no copy now, and may take one later: what is to be copied stays where it is. */
export class NotYet extends Error {}

/** A disk that is full, away or not ours to write to, and want of descriptors or memory, may be over later. */
const passing = new Set(
  [
    'ENOSPC EDQUOT EFBIG EIO EROFS EACCES EPERM EBUSY EAGAIN ENOLCK EMFILE ENFILE ENOMEM ENOENT ENOTDIR',
    'ESTALE ENOTCONN ETIMEDOUT EHOSTDOWN EHOSTUNREACH EREMOTEIO ENODEV ENXIO',
  ].flatMap((names) => names.split(' ')),
)

/** Does something in the run directory. @throws {NotYet} where it fails for what may be over later */
export async function inRunDir<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw passing.has(systemCode(error) ?? '') ? new NotYet(reasonOf(error)) : error
  }
}
