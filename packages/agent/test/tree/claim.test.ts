import fs from 'node:fs'
import path from 'node:path'
import { systemClock } from '@provloom/shared'
import { expect, test } from 'vitest'
import { Claim, isStarting } from '../../src/tree/claim.ts'
import { treeFolderAt } from '../../src/tree/folder.ts'
import { freshFolder } from '../support/place.ts'

test('an agent that serves a tree takes away what said that one is being started', () => {
  const root = freshFolder()
  const starting = path.join(root, 'agent.starting')
  fs.writeFileSync(starting, `${process.pid}.1`)
  expect(isStarting(root)).toBe(true)
  const claim = new Claim(treeFolderAt(root), systemClock(), '1', 'h')
  expect(claim.take()).toBeUndefined()
  expect(fs.existsSync(starting)).toBe(false)
  expect(isStarting(root)).toBe(false)
  claim.leave()
  expect(fs.readdirSync(root)).toEqual([])
})
