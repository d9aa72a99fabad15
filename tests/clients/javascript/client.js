// An agent's day with an official TypeScript SDK, unmodified: `client.js PROGRAM ORIGIN 1|2 legacy|modern`.
// Version 1 of the SDK has only `legacy`. Ends with 0 if all is as it should be.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const KEY = 'ima_demo_key';
const TOOLS = [
  'list_models', 'list_voices', 'quote_music', 'quote_speech', 'create_audio', 'get_audio', 'list_jobs',
];
const [program, origin, version, mode] = process.argv.slice(2);

// What the person says next; null closes the question.
const answers = [];

const ask = async (request) => {
  const { requestedSchema } = request.params;
  assert.deepEqual(requestedSchema.required, ['decision']);
  assert.equal(requestedSchema.properties.decision.default, undefined);
  const decision = answers.shift();
  return decision === null ? { action: 'cancel' } : { action: 'accept', content: { decision } };
};

async function connected(home) {
  const server = {
    command: program,
    args: ['mcp', '--clock-rate', '50'],
    env: {
      HOME: home,
      PATH: process.env.PATH,
      IMA_API_KEY: KEY,
      IMA_BASE_URL: origin,
      IMA_CACHE_DIR: process.env.IMA_CACHE_DIR,
    },
  };
  const info = { name: 'agent', version: '1' };
  const capabilities = { elicitation: {} };
  let client, transport;
  if (version === '1') {
    const { Client } = await import('@modelcontextprotocol/sdk/client/index.js');
    const { StdioClientTransport } = await import('@modelcontextprotocol/sdk/client/stdio.js');
    const { ElicitRequestSchema } = await import('@modelcontextprotocol/sdk/types.js');
    client = new Client(info, { capabilities });
    client.setRequestHandler(ElicitRequestSchema, ask);
    transport = new StdioClientTransport(server);
  } else {
    const { Client } = await import('@modelcontextprotocol/client');
    const { StdioClientTransport } = await import('@modelcontextprotocol/client/stdio');
    const versionNegotiation = { mode: mode === 'modern' ? { pin: '2026-07-28' } : 'legacy' };
    client = new Client(info, { capabilities, versionNegotiation });
    client.setRequestHandler('elicitation/create', ask);
    transport = new StdioClientTransport(server);
  }
  await client.connect(transport);
  const call = async (name, args = {}) => {
    const result = await client.callTool({ name, arguments: args });
    assert(!JSON.stringify(result).includes(KEY));
    return result.structuredContent;
  };
  return { client, call };
}

const home = mkdtempSync(join(tmpdir(), 'ima-mcp-'));
try {
  let { client, call } = await connected(home);
  const { tools } = await client.listTools();
  assert.deepEqual(tools.map((tool) => tool.name), TOOLS);

  const quote = await call('quote_music', { prompt: 'rain on a tin roof', model: 'sonic' });
  assert.equal(quote.status, 'quoted', JSON.stringify(quote));
  const { quote_id, points } = quote;
  for (const words of [null, 'cancel']) {
    answers.push(words);
    const refused = await call('create_audio', { quote_id, points });
    assert.deepEqual([refused.status, refused.charge], ['refused', 'no'], JSON.stringify(refused));
  }
  answers.push(`spend_${points}_points`);
  let done = await call('create_audio', { quote_id, points });
  while (done.status === 'working') {
    done = await call('get_audio', { job_id: done.job_id, wait_seconds: 45 });
  }
  assert.deepEqual([done.status, done.charge], ['finished', 'yes'], JSON.stringify(done));
  for (const file of done.files) {
    assert(statSync(file.path).size > 1000);
  }
  assert.deepEqual(await call('create_audio', { quote_id, points }), done);
  await client.close();

  // Another process, the same job.
  ({ client, call } = await connected(home));
  assert.deepEqual(await call('create_audio', { quote_id, points }), done);
  const { jobs } = await call('list_jobs');
  assert.deepEqual(jobs.map((job) => job.job_id), [done.job_id]);
  await client.close();
  assert.equal(answers.length, 0);
} finally {
  rmSync(home, { recursive: true, force: true });
}
