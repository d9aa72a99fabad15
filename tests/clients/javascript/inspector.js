// The inspector's command line, unmodified, buys audio: `inspector.js PROGRAM ORIGIN`. It shows no forms, so a
// ceiling decides. Ends with 0 if all is as it should be.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const KEY = 'ima_demo_key';
const [program, origin] = process.argv.slice(2);
const home = mkdtempSync(join(tmpdir(), 'ima-mcp-'));
const inspector = join(import.meta.dirname, 'node_modules', '.bin', 'mcp-inspector');

// What a method answers, given to a program with a ceiling of that many points.
function inspect(points, options) {
  const environment = {
    HOME: home, IMA_API_KEY: KEY, IMA_BASE_URL: origin, IMA_CACHE_DIR: process.env.IMA_CACHE_DIR,
  };
  const variables = Object.entries(environment).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
  const server = [program, 'mcp', '--clock-rate', '50', '--max-points', String(points)];
  const output = execFileSync(inspector, ['--cli', ...variables, ...options, '--', ...server], {
    encoding: 'utf8',
    env: { ...process.env, HOME: home },
    timeout: 120_000,
  });
  assert(!output.includes(KEY));
  return JSON.parse(output);
}

function call(points, tool, args) {
  const pairs = Object.entries(args).flatMap(([name, value]) => ['--tool-arg', `${name}=${value}`]);
  const result = inspect(points, ['--method', 'tools/call', '--tool-name', tool, ...pairs]);
  return result.structuredContent;
}

try {
  // With `--strict` it ends with 6 if a schema is one that some client can't read.
  const { tools } = inspect(0, ['--method', 'tools/list', '--strict']);
  assert.equal(tools.length, 7);
  const { quote_id, points } = call(0, 'quote_speech', { text: 'Hello.' });
  const done = call(points, 'create_audio', { quote_id, points });
  assert.deepEqual([done.status, done.charge], ['finished', 'yes'], JSON.stringify(done));
  assert(statSync(done.files[0].path).size > 1000);
  assert.deepEqual(call(points, 'create_audio', { quote_id, points }), done);
  const { contents } = inspect(0, ['--method', 'resources/read', '--uri', 'ima://voices']);
  assert(JSON.parse(contents[0].text).voices.length > 10);
  const { prompts } = inspect(0, ['--method', 'prompts/list']);
  assert.deepEqual(prompts.map((prompt) => prompt.name), ['song', 'narration']);
} finally {
  rmSync(home, { recursive: true, force: true });
}
