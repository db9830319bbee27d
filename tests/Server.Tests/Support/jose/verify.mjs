// Reads {jwks, issuer, audience, tokens} from standard input; writes for each token its subject, or null when it is refused.
import { createLocalJWKSet, jwtVerify } from 'jose';

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { jwks, issuer, audience, tokens } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
const keys = createLocalJWKSet(jwks);
const subjects = [];
for (const token of tokens) {
  try {
    const { payload } = await jwtVerify(token, keys, { issuer, audience, typ: 'at+jwt', algorithms: ['ES256'] });
    subjects.push(payload.sub);
  } catch {
    subjects.push(null);
  }
}
process.stdout.write(JSON.stringify(subjects));
