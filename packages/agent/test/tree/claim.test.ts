import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { systemClock } from '@provloom/shared'
import { expect, test } from 'vitest'
import { Claim, isStarting } from '../../src/tree/claim.ts'
import { treeFolderAt } from '../../src/tree/folder.ts'
import { freshFolder } from '../support/place.ts'

test('an agent that serves a tree takes away what said that one is being started', () => {
  const root = freshFolder()
  const starting = path.join(root, 'agent.starting.0')
  fs.writeFileSync(starting, `${process.pid}.1`)
  expect(isStarting(root)).toBe(true)
  const claim = new Claim(treeFolderAt(root), systemClock(), '1', 'h')
  expect(claim.take()).toBeUndefined()
  expect(fs.existsSync(starting)).toBe(false)
  expect(isStarting(root)).toBe(false)
  claim.leave()
  expect(fs.readdirSync(root)).toEqual([])
})

test('of two agents that find the claim of the same dead one, the slower does not take away the successor’s', () => {
  const root = freshFolder()
  const file = path.join(root, 'agent.json')
  fs.writeFileSync(file, JSON.stringify({ pid: 2 ** 22 + 1, start: 7, host: os.hostname() }))
  // One is about to take it away, and is held up.
  fs.writeFileSync(path.join(root, `agent.gone.${2 ** 22 + 1}.7`), '')
  expect(new Claim(treeFolderAt(root), systemClock(), '1', 'h').take()).toBe(0)
  expect(fs.existsSync(file)).toBe(true)
})
