// Looks into one file and ends: node thumbnailer.mjs <media type> <path>. What it finds goes to standard output, a line of JSON for each thing as it is found:
// {"width":…,"height":…}  {"page_count":…}  {"thumbnail":"<WebP, base64>"}  {"page":1,"text":"…"}  and at the end {"done":true,"failure":null}.
// Without arguments it only tells whether it could: {"node":"20.9.0"}, {"done":true}.
// It ends with its standard input, which the server holds open as long as it lives.
import { readFileSync, writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

// In a thread of its own, because decoding blocks this one.
new Worker(
  `const { Socket } = require('node:net');
   new Socket({ fd: 0, readable: true, writable: false }).on('close', () => process.kill(process.pid, 'SIGKILL')).resume();`,
  { eval: true },
);

for (const name of ['log', 'info', 'warn', 'error']) console[name] = () => {}; // pdfium writes to the console, which is our answer

const decoders = {
  'application/pdf': './papers.mjs',
  'text/plain': './texts.mjs',
  'text/csv': './texts.mjs',
};

const pause = new Int32Array(new SharedArrayBuffer(4));

function tell(found) {
  const line = Buffer.from(`${JSON.stringify(found)}\n`);
  for (let written = 0; written < line.length;) {
    try {
      written += writeSync(1, line, written);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
      Atomics.wait(pause, 0, 0, 5); // milliseconds: the pipe is full until the server has read
    }
  }
}

async function decode(mediaType, path) {
  let decoder;
  try {
    decoder = await import(decoders[mediaType] ?? './pictures.mjs');
  } catch {
    return 'unavailable'; // no fault of the file
  }
  try {
    await decoder.decode(readFileSync(path), mediaType, tell);
    return null;
  } catch (error) {
    return error.failure ?? (/out of memory|allocation failed|\(OOM\)/i.test(error.message) ? 'too_much_memory' : 'broken');
  }
}

const [mediaType, path] = process.argv.slice(2);
if (path) {
  tell({ done: true, failure: await decode(mediaType, path) });
} else {
  tell({ node: process.versions.node });
  await import('./papers.mjs');
  tell({ done: true });
}
process.exit(0);
