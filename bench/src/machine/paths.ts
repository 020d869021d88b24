import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** This file runs as bench/dist/machine/paths.js. */
export const repoRoot: string = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..')
export const benchRoot: string = path.join(repoRoot, 'bench')

export function pythonProgram(name: string): string {
  return path.join(benchRoot, 'python', name)
}

/** A program of the bench itself, compiled: `load/generator.js`. */
export function ownProgram(name: string): string {
  return path.join(benchRoot, 'dist', name)
}

export const provloomCommand: string = path.join(repoRoot, 'packages', 'cli', 'bin', 'provloom.js')
export const pythonClient: string = path.join(repoRoot, 'clients', 'python')
