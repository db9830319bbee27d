// Writes domain-characters.txt: what UTS #46 makes of each character of a domain name, as npm's tr46 has it. In an empty directory:
//   npm install tr46@6.0.0 && node …/src/Server/Platform/Text/domain-characters.mjs
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(`${process.cwd()}/`);
const [mapped, valid, disallowed, deviation, ignored] = [1, 2, 3, 6, 7];
const table = require('tr46/lib/mappingTable.json');
const { version } = require('tr46/package.json');
const hex = code => code.toString(16).toUpperCase().padStart(4, '0');

const runs = [];
for (const [place, status, text] of table) {
  const [first, to] = Array.isArray(place) ? place : [place, place];
  if (status === mapped) for (let from = first; from <= to; from++) add(from, from, status, [...text].map(c => c.codePointAt(0)));
  else add(first, to, status, []);
}

function add(from, to, status, target) {
  const last = runs.at(-1);
  const goesOn = last && last.status === status && last.to === from - 1
    && (status !== mapped || (last.target.length === 1 && target.length === 1 && target[0] === last.target[0] + from - last.from));
  if (goesOn) last.to = to;
  else runs.push({ from, to, status, target });
}

const lines = [`# UTS #46 as npm's tr46 ${version} has it; written by domain-characters.mjs. A character or a run of them, then: - ignored, ! refused,`,
  '# or what it becomes (of a run, what its first becomes; the others count on from there). What is not here stays as it is.'];
for (const { from, to, status, target } of runs) {
  if (status === valid || status === deviation) continue;
  const meaning = status === ignored ? '-' : status === disallowed ? '!' : target.map(hex).join(' ');
  lines.push(`${hex(from)}${to > from ? `..${hex(to)}` : ''} ${meaning}`);
}
writeFileSync(new URL('domain-characters.txt', import.meta.url), lines.join('\n') + '\n');
