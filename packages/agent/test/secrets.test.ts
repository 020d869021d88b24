import { expect, test } from 'vitest'
import { cutCredentials, maskArguments } from '../src/secrets.ts'

test.each([
  [
    ['train.py', '--password', 'hunter2', '--lr', '0.1'],
    ['train.py', '--password', '***', '--lr', '0.1'],
  ],
  [
    ['train.py', '--hf-token=abc', '--tokenizer=bert'],
    ['train.py', '--hf-token=***', '--tokenizer=bert'],
  ],
  [
    ['env', 'WANDB_API_KEY=abc', 'train.py'],
    ['env', 'WANDB_API_KEY=***', 'train.py'],
  ],
  [
    ['--apiKey', 'abc', '--secretKey=x'],
    ['--apiKey', '***', '--secretKey=***'],
  ],
  [
    ['--max-tokens', '512', '--key', 'loss'],
    ['--max-tokens', '512', '--key', 'loss'],
  ],
  [
    ['--token', '--verbose'],
    ['--token', '--verbose'],
  ],
  [
    ['fetch', 'https://me:pw@host/x'],
    ['fetch', 'https://***@host/x'],
  ],
  [
    ['bash', '-c', 'TOKEN=abc run --password  x y'],
    ['bash', '-c', 'TOKEN=*** run --password  *** y'],
  ],
  [
    ['curl', '-H', 'Authorization: Bearer abc'],
    ['curl', '-H', 'Authorization: Bearer ***'],
  ],
])('of %j is recorded %j', (argv, shown) => {
  expect(maskArguments(argv)).toEqual(shown)
})

test.each([
  ['https://user:secret@host.example/a.git', 'https://host.example/a.git'],
  ['https://ghp_abc@host.example/a.git', 'https://host.example/a.git'],
  ['https://host.example/a.git?access_token=abc', 'https://host.example/a.git'],
  ['ssh://git:pw@host.example:22/a.git', 'ssh://git@host.example:22/a.git'],
  ['git@host.example:a/b.git', 'git@host.example:a/b.git'],
  ['/srv/git/a.git', '/srv/git/a.git'],
  ['https://us@er:se@cret@host.example/a.git', 'https://host.example/a.git'],
])('the remote %s is recorded as %s', (remote, shown) => {
  expect(cutCredentials(remote)).toBe(shown)
})
