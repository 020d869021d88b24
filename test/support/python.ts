import { execFileSync } from 'node:child_process'

/**
 * The interpreter that `python3` starts, where that is a script of pyenv or the like too: its processes' first argument,
 * and what the machine is asked about once.
 */
export const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], {
  encoding: 'utf8',
}).trim()
