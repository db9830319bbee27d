// Reads {url, token} from standard input; follows the stream until it says that it is done, coming back by itself, and writes {text, openings}.
import { EventSource } from 'eventsource';

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { url, token } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
let [text, openings] = ['', 0];
const stream = new EventSource(url, {
  fetch: (address, init) => fetch(address, { ...init, headers: { ...init.headers, Authorization: `Bearer ${token}` } }),
});
stream.addEventListener('open', () => { openings += 1; });
stream.addEventListener('error', (error) => { if (error.data !== undefined) finish({ error: error.data }); });
stream.addEventListener('message', (message) => {
  if (message.data === '[DONE]') finish({ text, openings });
  else text += message.data;
});

function finish(result) {
  stream.close();
  process.stdout.write(JSON.stringify(result));
}
